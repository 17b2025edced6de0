use server::get;

#[get("/users/:")]
async fn user(id: u64) -> &'static str {
    let _ = id;
    "page"
}

fn main() {}
