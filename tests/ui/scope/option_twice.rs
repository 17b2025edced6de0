#[server::scope(prefix = "/users", prefix = "/people")]
mod users {
    use server::get;

    #[get("/")]
    async fn list() -> &'static str {
        "users"
    }
}

fn main() {}
