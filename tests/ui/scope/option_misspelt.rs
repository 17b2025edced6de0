#[server::scope(prefx = "/users")]
mod users {
    use server::get;

    #[get("/")]
    async fn list() -> &'static str {
        "users"
    }
}

fn main() {}
