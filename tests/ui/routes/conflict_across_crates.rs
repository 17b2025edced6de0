use server::{Routes, get, routes};

#[get("/v1/users/:name")]
async fn by_name(name: String) -> String {
    name
}

const ROUTES: Routes = routes![by_name, "/v1" => fingerpost_tables::ROUTES];

fn main() {
    let _ = ROUTES;
}
