use server::{Query, get};

#[get("/users/:name")]
async fn user(name: &str, page: Query<Pag>) -> String {
    let _ = page;
    name.to_owned()
}

const ROUTES: server::Routes = server::routes![user];

fn main() {
    let _ = ROUTES;
}
