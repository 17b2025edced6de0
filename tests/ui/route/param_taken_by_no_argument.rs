use server::get;

#[get("/users/:id")]
async fn user() -> &'static str {
    "page"
}

fn main() {}
