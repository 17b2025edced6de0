use server::get;

#[get("/users/:id")]
async fn user(id: u64) -> String;

const ROUTES: server::Routes = server::routes![user];

fn main() {
    drop(server::Server::new(ROUTES));
}
