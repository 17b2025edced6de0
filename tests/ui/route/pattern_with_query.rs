use server::get;

#[get("/users?page=:page")]
async fn users(page: u32) -> &'static str {
    let _ = page;
    "page"
}

fn main() {}
