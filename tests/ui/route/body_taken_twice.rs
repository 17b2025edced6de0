use server::{Json, post};

#[post("/files")]
async fn store(files: Json<Vec<String>>, text: String) -> &'static str {
    let _ = (files, text);
    "stored"
}

const ROUTES: server::Routes = server::routes![store];

fn main() {
    let _ = ROUTES;
}
