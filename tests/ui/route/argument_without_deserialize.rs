use server::{Json, post};

struct NewUser {
    name: String,
}

#[post("/users")]
async fn create_user(new: Json<NewUser>) -> String {
    new.0.name
}

const ROUTES: server::Routes = server::routes![create_user];

fn main() {
    let _ = ROUTES;
}
