use server::get;

#[get("/users")]
async fn users() -> Result<String> {
    Ok("users".to_owned())
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    drop(server::Server::new(ROUTES));
}
