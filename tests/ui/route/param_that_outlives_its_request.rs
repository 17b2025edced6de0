use server::get;

#[get("/users/:name")]
async fn user(name: &'static str) -> &'static str {
    name
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    drop(server::Server::new(ROUTES));
}
