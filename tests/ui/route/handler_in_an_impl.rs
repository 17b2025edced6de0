use server::get;

struct Users;

impl Users {
    #[get("/users")]
    async fn list() -> &'static str {
        "all of them"
    }
}

fn main() {
    let _ = Users;
}
