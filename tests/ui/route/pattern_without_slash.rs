use server::get;

#[get("users")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
