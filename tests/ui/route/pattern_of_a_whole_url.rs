use server::get;

#[get("https://example.org/users")]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
