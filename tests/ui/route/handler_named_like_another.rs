use server::get;

#[get("/users")]
async fn list() -> &'static str {
    "users"
}

#[get("/books")]
async fn list() -> &'static str {
    "books"
}

const ROUTES: server::Routes = server::routes![list];

fn main() {
    let _ = ROUTES;
}
