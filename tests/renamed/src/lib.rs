//! A crate that has the library as `web`, as its `server` is another: every macro writes that name.

use web::{
    Bearer, HttpError, Next, Problem, Request, Response, Routes, State, extractor, get, middleware, route,
    routes, scope,
};

/// What the handlers share.
#[derive(web::State, Clone, Debug)]
pub struct App {
    /// What is said to who comes in.
    pub greeting: &'static str,
}

/// Who asks.
#[derive(Debug)]
pub struct User(String);

/// Takes anybody who gives a name.
#[extractor]
async fn user(token: Bearer) -> Result<User, Problem> {
    Ok(User(token.token().to_owned()))
}

/// What an answer may be instead.
#[derive(Debug, HttpError)]
pub enum Refused {
    /// There are 7 doors.
    #[status(404)]
    #[detail("there is no door {0}")]
    NoDoor(u32),
}

#[middleware]
async fn marked(request: Request, next: Next<'_>) -> Response {
    next.run(request).await.header("x-marked", "yes")
}

/// A door, by number.
#[route(GET, "/doors/:number", with = [marked])]
async fn door(number: u32, user: User, greeting: State<&'static str>) -> Result<String, Refused> {
    if number > 7 { Err(Refused::NoDoor(number)) } else { Ok(format!("{} {}", *greeting, user.0)) }
}

/// Doors that stand open.
#[scope(prefix = "/open", state = App)]
pub mod open {
    use super::{App, get};

    /// Any of them.
    #[get("/:door")]
    pub fn any(door: String) -> String {
        door
    }
}

/// Names the other crate by a path that looks like one of the macros'.
#[get("/elsewhere")]
async fn elsewhere() -> String {
    ::server::ROUTES.url(::server::show::url(7)).map_or_else(|error| error.to_string(), |url| url.to_string())
}

/// All of it.
pub const ROUTES: Routes<App> = routes![door, elsewhere, "/v1" => open::ROUTES];
