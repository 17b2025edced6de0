use server::post;

#[post("/images", body_limit = "100 MiB")]
async fn image(body: server::Bytes) -> String {
    body.len().to_string()
}

const ROUTES: server::Routes = server::routes![image];

fn main() {
    drop(server::Server::new(ROUTES));
}
