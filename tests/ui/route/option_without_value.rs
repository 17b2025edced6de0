use server::get;

#[get("/users", timeout)]
async fn page() -> &'static str {
    "page"
}

fn main() {}
