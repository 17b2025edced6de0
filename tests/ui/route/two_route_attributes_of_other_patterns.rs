use server::{get, route};

#[get("/users")]
#[route(GET, "/people")]
async fn users() -> &'static str {
    "users"
}

fn main() {}
