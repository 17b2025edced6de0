use server::route;

#[route("/users")]
async fn page() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![page];

fn main() {
    let _ = ROUTES;
}
