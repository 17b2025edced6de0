use server::{Json, StatusCode, get};

#[get("/")]
async fn index() -> (Json<u8>, StatusCode) {
    (Json(1), StatusCode::OK)
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    let _ = ROUTES;
}
