//! A program that forbids itself every warning may use the macros.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![deny(unused_qualifications, elided_lifetimes_in_paths, single_use_lifetimes, unsafe_code)]
#![deny(rust_2018_idioms, rust_2024_compatibility, future_incompatible, nonstandard_style, unused)]

use server::{HttpError, Middleware, Next, Request, Response, State, extractor, middleware};

/// What the program holds.
#[derive(Debug, server::State)]
struct App {
    label: String,
    #[state(skip)]
    unlisted: String,
}

/// What can go wrong.
#[derive(Debug, HttpError)]
enum ApiError {
    /// Nobody is called so.
    #[status(404)]
    #[detail("nobody is called {0}")]
    Nobody(String),
    /// The disk failed.
    #[status(500)]
    Disk(#[from] std::io::Error),
}

/// Who asks.
#[derive(Clone, Debug)]
struct User {
    name: String,
}

/// Finds out who asks.
#[extractor(cached)]
async fn user(request: &mut Request) -> Result<User, ApiError> {
    let name = request.header("x-user").unwrap_or("nobody").to_owned();
    match name.as_str() {
        "nobody" => Err(ApiError::Nobody(name)),
        "disk" => std::fs::read("/nowhere").map(|_| User { name }).map_err(ApiError::from),
        _ => Ok(User { name }),
    }
}

/// Logs who asked, and with what result.
#[middleware]
async fn log(user: User, label: State<String>, request: Request, next: Next<'_>) -> Response {
    let response = next.run(request).await;
    println!("{}: {} {}", *label, user.name, response.status());
    response
}

/// Answers without asking further.
#[middleware(state = App)]
async fn closed(app: Option<State<String>>, _: Next<'_>, _: Request) -> Result<Response, ApiError> {
    Err(ApiError::Nobody(app.map(|label| label.0).unwrap_or_default()))
}

/// Is kept for those who still attach it.
#[deprecated = "attach `log`"]
#[allow(dead_code)]
#[middleware]
async fn old_log(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[server::main]
async fn main() -> server::Result {
    fn attach(_: impl Middleware<App> + Copy) {}
    attach(log);
    attach(closed);
    let app = App { label: "pass".to_owned(), unlisted: String::new() };
    println!("{}{}", app.label, app.unlisted);
    Ok(())
}
