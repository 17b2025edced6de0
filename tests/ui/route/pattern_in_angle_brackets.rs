use server::get;

#[get("/users/<id>/posts")]
async fn posts(id: u64) -> &'static str {
    let _ = id;
    "page"
}

const ROUTES: server::Routes = server::routes![posts];

fn main() {
    let _ = ROUTES;
}
