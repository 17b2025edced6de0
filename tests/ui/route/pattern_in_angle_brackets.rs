use server::get;

#[get("/users/<id>/posts")]
async fn posts(id: u64) -> &'static str {
    let _ = id;
    "page"
}

fn main() {}
