use server::{get, post};

#[get("/users")]
#[post("/users")]
async fn users() -> &'static str {
    "users"
}

fn main() {}
