use server::extractor;

struct User;

#[extractor]
async fn user() -> Result<User, ApiEror> {
    Ok(User)
}

fn main() {}
