use server::get;

#[get("/users", with = auth)]
async fn page() -> &'static str {
    "page"
}

fn main() {}
