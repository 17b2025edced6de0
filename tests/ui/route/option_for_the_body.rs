use server::post;

#[post("/users", data = "<user>")]
async fn create_user(user: String) -> String {
    user
}

const ROUTES: server::Routes = server::routes![create_user];

fn main() {
    drop(server::Server::new(ROUTES));
}
