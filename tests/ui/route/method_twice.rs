use server::route;

#[route(GET | GET, "/users")]
async fn page() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![page];

fn main() {
    let _ = ROUTES;
}
