use std::borrow::Cow;

use server::{Json, post};

#[post("/notes")]
async fn note(text: Json<Cow<'a, str>>) -> String {
    text.to_uppercase()
}

const ROUTES: server::Routes = server::routes![note];

fn main() {
    drop(server::Server::new(ROUTES));
}
