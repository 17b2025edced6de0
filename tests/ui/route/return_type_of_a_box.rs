use server::{IntoResponse, get};

#[get("/")]
async fn index() -> Box<dyn IntoResponse> {
    Box::new("index")
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    let _ = ROUTES;
}
