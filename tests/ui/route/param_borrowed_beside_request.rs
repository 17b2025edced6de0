use server::{Request, get};

#[get("/users/:name")]
async fn user(name: &str, request: Request) -> &'static str {
    let _ = (name, request);
    "user"
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
