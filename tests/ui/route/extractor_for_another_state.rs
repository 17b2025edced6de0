use std::convert::Infallible;

use server::{FromRequest, Request, get};

struct App;
struct Admin;
struct Session;

impl FromRequest<App> for Session {
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, _: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

#[get("/session", state = Admin)]
async fn session(session: Session) -> &'static str {
    let _ = session;
    "session"
}

const ROUTES: server::Routes<Admin> = server::routes![session];

fn main() {
    let _ = ROUTES;
}
