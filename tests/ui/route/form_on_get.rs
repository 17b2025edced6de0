use std::collections::BTreeMap;

use server::{Form, get};

#[get("/search")]
async fn search(search: Form<BTreeMap<String, String>>) -> String {
    format!("{:?}", search.0)
}

const ROUTES: server::Routes = server::routes![search];

fn main() {
    drop(server::Server::new(ROUTES));
}
