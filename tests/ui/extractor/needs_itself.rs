use server::extractor;

#[derive(Default)]
struct User {
    name: String,
}

#[extractor]
async fn user(known: Option<User>) -> User {
    known.unwrap_or_default()
}

fn main() {}
