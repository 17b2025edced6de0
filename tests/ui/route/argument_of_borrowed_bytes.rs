use server::post;

#[post("/images")]
async fn image(body: &[u8]) -> String {
    body.len().to_string()
}

const ROUTES: server::Routes = server::routes![image];

fn main() {
    drop(server::Server::new(ROUTES));
}
