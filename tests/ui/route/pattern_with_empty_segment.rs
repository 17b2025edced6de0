use server::get;

#[get("/users//posts")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
