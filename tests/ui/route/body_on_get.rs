use server::{Json, get};

#[get("/files")]
async fn list(filter: Json<Vec<String>>) -> &'static str {
    let _ = filter;
    "files"
}

const ROUTES: server::Routes = server::routes![list];

fn main() {
    let _ = ROUTES;
}
