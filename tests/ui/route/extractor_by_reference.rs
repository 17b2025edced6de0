use server::get;

#[derive(Clone)]
struct Session;

#[get("/users")]
async fn users(session: &Session) -> &'static str {
    let _ = session;
    "users"
}

fn main() {}
