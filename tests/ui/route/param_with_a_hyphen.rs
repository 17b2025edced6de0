use server::get;

#[get("/users/:user-id")]
async fn user(user_id: u64) -> String {
    user_id.to_string()
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    drop(server::Server::new(ROUTES));
}
