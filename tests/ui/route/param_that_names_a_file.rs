use std::path::PathBuf;

use server::get;

#[get("/files/*path")]
async fn file(path: PathBuf) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

const ROUTES: server::Routes = server::routes![file];

fn main() {
    drop(server::Server::new(ROUTES));
}
