use server::get;

#[get("/users/:name")]
async fn user(name: str) -> String {
    name.to_uppercase()
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    drop(server::Server::new(ROUTES));
}
