use server::post;

#[post("/users", body_limit = "100")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
