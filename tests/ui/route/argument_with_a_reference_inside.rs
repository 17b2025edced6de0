use server::{Json, post};

#[post("/notes")]
async fn note(text: Json<&str>) -> String {
    text.to_uppercase()
}

const ROUTES: server::Routes = server::routes![note];

fn main() {
    drop(server::Server::new(ROUTES));
}
