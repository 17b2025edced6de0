use server::get;

#[get]
async fn page() -> &'static str {
    "page"
}

fn main() {}
