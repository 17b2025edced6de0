use server::{HttpError, Json, get};

#[derive(Debug, HttpError)]
enum ApiError {
    #[staus(404)]
    NoUser,
}

#[get("/users")]
async fn users() -> Result<Json<u8>, ApiError> {
    Err(ApiError::NoUser)
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
