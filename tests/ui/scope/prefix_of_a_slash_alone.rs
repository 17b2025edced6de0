#[server::scope(prefix = "/")]
mod users {
    use server::get;

    #[get("/")]
    async fn list() -> &'static str {
        "users"
    }
}

fn main() {}
