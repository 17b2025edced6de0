use server::get;

#[get("/users", cache = "5s")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
