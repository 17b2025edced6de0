//! Receipts: hand in a file, and get its size and checksum. A browser form with a file, a session and validation.

mod draft;
mod page;
mod receipt;

use std::time::Duration;

use server::layers::Csrf;
use server::{
    Cache, Html, IntoResponse, MemoryStore, MultipartForm, Next, Redirect, Request, Response, Routes,
    SavedSession, Server, Session, Sessions, StatusCode, Valid, get, middleware, post, routes,
};

use draft::Draft;
use receipt::Receipt;

// ANCHOR: routes
const ROUTES: Routes<App> = routes![
    with [guarded, Csrf::new()] => [form, hand_in, receipts, forget, style],
];
// ANCHOR_END: routes

/// The most receipts that a session keeps: ten of the longest stay below the 64 KiB that it has.
const MAX_RECEIPTS: usize = 10;

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).state(App::new()).render_problems(page::problem).run().await
}

/// What the handlers share.
#[derive(server::State, Clone)]
struct App {
    sessions: Sessions,
}

impl App {
    /// Sessions in memory, each for an hour after the last receipt.
    fn new() -> Self {
        Self { sessions: Sessions::new(MemoryStore::new(10_000)).lasting(Duration::from_secs(3600)) }
    }
}

/// The form, with the name and address that this visitor gave before.
#[get("/")]
async fn form(session: Session) -> (Cache, Html<String>) {
    let draft = Draft {
        name: session.get("name").unwrap_or_default(),
        email: session.get("email").unwrap_or_default(),
        ..Draft::default()
    };
    (Cache::no_store(), Html(page::form(&draft, &[])))
}

// ANCHOR: post
/// Takes a file and leads to its receipt; shows the form again, with what was typed, where something is wrong.
#[post("/", body_limit = "1MiB")]
async fn hand_in(draft: Draft, session: Session) -> server::Result<Response> {
    match Valid::check(MultipartForm(draft)) {
        Ok(Valid(MultipartForm(draft))) => {
            Ok((keep(draft, session).await?, Redirect::see_other(receipts::url())).into_response())
        }
        Err((draft, faults)) => {
            let faults: Vec<_> = faults.iter().collect();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page::form(&draft, &faults))).into_response())
        }
    }
}
// ANCHOR_END: post

/// Writes the receipt into the session, before those that are there.
async fn keep(draft: Draft, mut session: Session) -> server::Result<SavedSession> {
    let mut receipts: Vec<Receipt> = session.get("receipts").unwrap_or_default();
    receipts.splice(..0, Receipt::of(&draft));
    receipts.truncate(MAX_RECEIPTS);
    session.insert("name", &draft.name)?;
    session.insert("email", &draft.email)?;
    session.insert("receipts", &receipts)?;
    session.save().await
}

/// The receipts of this visitor; the form where there are none.
#[get("/receipts")]
async fn receipts(session: Session) -> Response {
    match session.get::<Vec<Receipt>>("receipts") {
        Some(receipts) => (Cache::no_store(), Html(page::receipts(&receipts))).into_response(),
        None => Redirect::see_other(form::url()).into_response(),
    }
}

/// Forgets the visitor and all the receipts.
#[post("/forget")]
async fn forget(session: Session) -> server::Result<(SavedSession, Redirect)> {
    Ok((session.end().await?, Redirect::see_other(form::url())))
}

#[get("/style.css")]
async fn style() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("content-type", "text/css; charset=utf-8")], include_str!("style.css"))
}

/// Has browsers load and run nothing but our own style, and show us in nobody's frame.
#[middleware]
async fn guarded(request: Request, next: Next<'_>) -> Response {
    const POLICY: &str =
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let response = next.run(request).await;
    response.header("content-security-policy", POLICY).header("x-content-type-options", "nosniff")
}
