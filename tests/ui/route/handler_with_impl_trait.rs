use server::get;

#[get("/users")]
async fn users(filter: impl Send) -> &'static str {
    let _ = filter;
    "page"
}

fn main() {}
