use server::get;

#[get("/users", timeout = "5s", timeout = "6s")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
