use server::get;

#[get("/users/:id/:post_id")]
async fn post(id: u64, postid: u64) -> &'static str {
    let _ = (id, postid);
    "page"
}

fn main() {}
