#[server::scope(prefix = "/orgs/{org}")]
mod users {
    use server::get;

    #[get("/")]
    async fn list(org: u64) -> &'static str {
        let _ = org;
        "users"
    }
}

fn main() {}
