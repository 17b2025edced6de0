use server::get;

#[get("/users", timout = "5s")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
