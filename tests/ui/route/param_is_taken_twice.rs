use server::get;

#[get("/users/:id")]
async fn user(id: u64, _id: &str) -> &'static str {
    let _ = (id, _id);
    "page"
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
