use server::{Path, get};

#[get("/users")]
async fn users(Path(id): Path<u64>) -> String {
    id.to_string()
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
