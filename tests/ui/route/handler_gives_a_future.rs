use server::get;

#[get("/users")]
fn users() -> impl Future<Output = String> {
    async { "users".to_owned() }
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
