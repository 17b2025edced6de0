use server::{FromRequest, Problem, extractor};

struct Session(u64);

struct User {
    id: u64,
}

#[extractor]
async fn user(session: Session) -> Result<User, Problem> {
    Ok(User { id: session.0 })
}

fn taken<T: FromRequest<()>>() {}

fn main() {
    taken::<User>();
}
