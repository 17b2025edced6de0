use server::route;

#[route(get | POST, "/users")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
