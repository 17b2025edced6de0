use server::{extractor, get};

struct User(&'static str);

#[extractor]
async fn user() -> User {
    User("Ada")
}

#[get("/me")]
async fn me(caller: user) -> &'static str {
    caller.0
}

const ROUTES: server::Routes = server::routes![me];

fn main() {
    let _ = ROUTES;
}
