use server::get;

#[get(path = "/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
