use server::get;

#[get("/users")]
async fn users<T: Default>(filter: T) -> &'static str {
    let _ = filter;
    "page"
}

fn main() {}
