use server::get;

#[get(tag = "users", "/users")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
