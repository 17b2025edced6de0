use server::route;

#[route(PURGE, "/cache")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
