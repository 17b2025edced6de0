use server::route;

#[route(GTE, "/users")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
