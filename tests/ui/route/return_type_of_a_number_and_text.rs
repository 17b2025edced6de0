use server::get;

#[get("/users")]
async fn users() -> (u16, &'static str) {
    (404, "no users")
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
