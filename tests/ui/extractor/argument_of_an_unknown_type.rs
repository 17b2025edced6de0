use server::{State, extractor};

struct User;

#[extractor]
async fn user(users: State<Usrs>) -> User {
    let _ = users;
    User
}

fn main() {}
