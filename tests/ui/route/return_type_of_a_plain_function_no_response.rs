use server::get;

struct User;

#[get("/user")]
fn user() -> User {
    User
}

fn main() {}
