use server::{Json, post};

#[post("/users")]
async fn create_user(user: Json) -> &'static str {
    drop(user);
    "created"
}

const ROUTES: server::Routes = server::routes![create_user];

fn main() {
    drop(server::Server::new(ROUTES));
}
