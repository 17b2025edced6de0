use std::fmt::Display;

use server::post;

#[post("/notes")]
async fn note(text: dyn Display) -> String {
    text.to_string()
}

const ROUTES: server::Routes = server::routes![note];

fn main() {
    drop(server::Server::new(ROUTES));
}
