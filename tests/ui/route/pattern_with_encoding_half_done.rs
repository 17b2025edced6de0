use server::get;

#[get("/100%/sure")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
