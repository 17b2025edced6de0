#[server::scope(prefix = "/*rest")]
mod users {
    use server::get;

    #[get("/")]
    async fn list() -> &'static str {
        "users"
    }
}

fn main() {}
