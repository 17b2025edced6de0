use server::{Routes, Valid, post, routes};

struct NewUser {
    name: String,
}

#[post("/users")]
async fn create_user(new: Valid<NewUser>) -> String {
    new.0.name
}

const ROUTES: Routes = routes![create_user];

fn main() {
    let _ = ROUTES;
}
