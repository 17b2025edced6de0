use server::get;

#[get("/users", on_disconnect = abort)]
async fn page() -> &'static str {
    "page"
}

fn main() {}
