use server::{Json, post};

struct User {
    name: String,
}

#[post("/users")]
async fn create_user(user: Json<Usr>) -> String {
    user.0.name
}

const ROUTES: server::Routes = server::routes![create_user];

fn main() {
    let _ = ROUTES;
}
