struct App;
struct Admin;
struct Session;

impl server::FromRequest<App> for Session {
    type Rejection = std::convert::Infallible;

    async fn from_request(_: &mut server::Request, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

#[server::scope(prefix = "/sessions", state = super::Admin)]
mod sessions {
    use server::get;

    #[get("/")]
    async fn list(session: super::Session) -> &'static str {
        let _ = session;
        "sessions"
    }
}

fn main() {}
