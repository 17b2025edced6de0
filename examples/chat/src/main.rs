//! Rooms to talk in, over WebSocket: with a history in SQLite, and a page that loses nothing when it is cut off.

mod history;
mod message;
mod talk;

use server::{
    Html, HttpError, IntoResponse, Redirect, Response, Rooms, Routes, Server, SlowReaders, State,
    WebSocketUpgrade, get, routes,
};

use history::History;
use message::RoomName;

const ROUTES: Routes<App> = routes![index, page, socket, script, style];

/// Far more than the longest thing that can be said.
const MAX_MESSAGE: usize = 16 * 1024;

/// What the handlers share.
#[derive(server::State, Clone)]
struct App {
    rooms: Rooms,
    history: History,
}

#[server::main]
async fn main() -> server::Result {
    let database = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite::memory:".to_owned());
    // Whoever reads slowly misses what is said meanwhile, sees the gap, and asks for it.
    let app = App { rooms: Rooms::new(SlowReaders::Miss), history: History::open(&database).await? };
    Server::new(ROUTES).state(app).run().await
}

/// What a client is refused.
#[derive(HttpError, Debug)]
enum ApiError {
    /// There can be no such room.
    #[status(404)]
    #[detail("a room's name has 1 to 32 lower-case letters, digits and hyphens")]
    NoSuchRoom,
}

/// The room that everybody comes to first.
#[get("/")]
async fn index() -> Redirect {
    Redirect::see_other("/rooms/lobby")
}

/// The page, which is the same for every room.
#[get("/rooms/:room")]
async fn page(room: String) -> Result<Html<&'static str>, ApiError> {
    RoomName::parse(&room).ok_or(ApiError::NoSuchRoom)?;
    Ok(Html(include_str!("page.html")))
}

/// What is said in a room.
#[get("/rooms/:room/socket")]
async fn socket(
    room: String,
    upgrade: WebSocketUpgrade,
    rooms: State<Rooms>,
    history: State<History>,
) -> Result<Response, ApiError> {
    let room = RoomName::parse(&room).ok_or(ApiError::NoSuchRoom)?;
    let upgrade = upgrade.max_message(MAX_MESSAGE).max_frame(MAX_MESSAGE);
    Ok(upgrade
        .on_upgrade(async move |socket| talk::talk(room, socket, &rooms, &history).await)
        .into_response())
}

#[get("/chat.js")]
async fn script() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("content-type", "text/javascript; charset=utf-8")], include_str!("chat.js"))
}

#[get("/style.css")]
async fn style() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("content-type", "text/css; charset=utf-8")], include_str!("style.css"))
}
