use server::get;

struct Users;

impl Users {
    #[get("/users")]
    async fn list(&self) -> &'static str {
        "users"
    }
}

fn main() {}
