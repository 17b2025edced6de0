use server::get;

#[get("/users", with = [auth])]
async fn users() -> &'static str {
    "users"
}

fn main() {}
