use server::get;

#[get("/text")]
async fn str() -> &'static str {
    "page"
}

fn main() {}
