use server::get;

#[get("/users/:id")]
async fn user() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
