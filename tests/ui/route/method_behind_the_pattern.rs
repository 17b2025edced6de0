use server::route;

#[route("/users", GET)]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
