#[server::scope(prefix = "/orgs/:org")]
mod users {
    use server::get;

    #[get("/users")]
    async fn list() -> &'static str {
        "users"
    }
}

fn main() {}
