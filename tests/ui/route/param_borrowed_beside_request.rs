use server::{Request, get};

#[get("/users/:name")]
async fn user(name: &str, request: Request) -> &'static str {
    let _ = (name, request);
    "user"
}

fn main() {}
