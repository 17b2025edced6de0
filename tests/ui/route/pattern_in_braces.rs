use server::get;

#[get("/users/{id}")]
async fn user(id: u64) -> &'static str {
    let _ = id;
    "page"
}

fn main() {}
