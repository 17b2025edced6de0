use server::get;

#[get("/users/:id/friends/:id")]
async fn friend(id: u64) -> &'static str {
    let _ = id;
    "page"
}

const ROUTES: server::Routes = server::routes![friend];

fn main() {
    let _ = ROUTES;
}
