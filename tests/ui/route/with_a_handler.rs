use server::get;

#[get("/login")]
async fn login() -> &'static str {
    "who are you?"
}

#[get("/users", with = [login])]
async fn users() -> &'static str {
    "users"
}

const ROUTES: server::Routes = server::routes![users, login];

fn main() {
    drop(server::Server::new(ROUTES));
}
