#[server::scope(prefix = "/users")]
mod users {
    use server::get;

    #[get("/:id")]
    pub async fn show(id: u64) -> String {
        format!("user {id}")
    }

    #[get("/:name")]
    pub async fn find(name: String) -> String {
        format!("user {name}")
    }
}

fn main() {
    let _ = users::ROUTES;
}
