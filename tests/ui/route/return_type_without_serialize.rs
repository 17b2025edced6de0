use server::{Json, get};

struct User {
    name: String,
}

#[get("/users/:id")]
async fn get_user(id: u64) -> Json<User> {
    Json(User { name: format!("user {id}") })
}

const ROUTES: server::Routes = server::routes![get_user];

fn main() {
    let _ = ROUTES;
}
