use server::post;

#[post("/notes")]
async fn note(text: _) -> String {
    text
}

const ROUTES: server::Routes = server::routes![note];

fn main() {
    drop(server::Server::new(ROUTES));
}
