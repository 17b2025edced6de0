use server::route;

#[route(GET, POST, "/users")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
