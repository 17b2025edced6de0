use server::route;

#[route("/users")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
