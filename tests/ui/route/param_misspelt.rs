use server::get;

#[get("/users/:id/:post_id")]
async fn post(id: u64, postid: u64) -> &'static str {
    let _ = (id, postid);
    "page"
}

const ROUTES: server::Routes = server::routes![post];

fn main() {
    let _ = ROUTES;
}
