use std::cell::RefCell;
use std::rc::Rc;

use server::{Routes, Server, State, get, routes};

#[derive(server::State)]
struct App {
    visits: Rc<RefCell<u32>>,
}

#[get("/visits")]
async fn visits(visits: State<Rc<RefCell<u32>>>) -> String {
    visits.borrow().to_string()
}

const ROUTES: Routes<App> = routes![visits];

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).state(App { visits: Rc::default() }).run().await
}
