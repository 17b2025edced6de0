use server::route;

#[route(GET | GET, "/users")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
