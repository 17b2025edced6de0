use server::{Routes, get, routes};

#[get("/")]
async fn index() -> &'static str {
    "index"
}

#[get("/users/:id")]
async fn get_user(id: u64) -> String {
    id.to_string()
}

#[derive(Clone, Copy)]
struct Log;

const ROUTES: Routes = routes![index, with [Log] => [get_user, "/inner" => [index]]];

fn main() {
    let _ = ROUTES;
}
