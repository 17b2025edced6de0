use server::get;

struct User;

#[get("/user")]
async fn user() -> User {
    User
}

fn main() {}
