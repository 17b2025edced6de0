use server::{Json, post};

struct NewUser {
    name: String,
}

#[post("/users")]
async fn create_user(new: Json<NewUser>) -> String {
    new.0.name
}

fn main() {}
