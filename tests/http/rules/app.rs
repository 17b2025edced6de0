//! The application that the rules are asked of: a route for each kind of request body and answer.

use std::time::Duration;

use server::testing::Client;
use server::{
    AcceptRanges, Body, Bytes, ETag, Json, Redirect, Request, Response, Routes, StatusCode, get, post, routes,
};

const ROUTES: Routes = routes![
    root, behind, echo, field, host, lazy, small, panics, fails, stream, slow, status, created, moved,
    choosy, number, goes, says, alphabet
];

/// A client of the application, through the whole engine.
pub(crate) fn client() -> Client {
    Client::new(ROUTES)
}

#[get("/")]
async fn root() -> &'static str {
    "root"
}

/// What every rule asks for behind its own requests, where the connection lives.
#[get("/behind")]
async fn behind() -> &'static str {
    "behind"
}

#[post("/echo")]
async fn echo(body: Bytes) -> Bytes {
    body
}

/// The bytes of the field `x`, all its lines joined.
#[get("/field")]
async fn field(request: Request) -> Vec<u8> {
    let values: Vec<_> = request.headers().get_all("x").iter().map(|value| value.as_bytes()).collect();
    values.join(b", ".as_slice())
}

/// Who was asked, by the field and by the map.
#[get("/host")]
async fn host(request: Request) -> String {
    let line = request.header("host").unwrap_or("none").to_owned();
    let in_map = request.headers().get("host").and_then(|host| host.to_str().ok());
    format!("{line} {}", in_map.unwrap_or("none"))
}

/// Takes no look at the body.
#[post("/lazy")]
async fn lazy() -> &'static str {
    "lazy"
}

#[post("/small", body_limit = "4B")]
async fn small(body: Bytes) -> Bytes {
    body
}

/// Panics without a look at the body; the hook that prints a panic is passed by.
#[post("/panics")]
async fn panics() -> &'static str {
    std::panic::resume_unwind(Box::new("on purpose"))
}

/// Fails without a look at the body.
#[post("/fails")]
async fn fails() -> StatusCode {
    StatusCode::CONFLICT
}

/// A body whose length is not known before.
#[get("/stream")]
async fn stream() -> Body {
    Body::stream(|mut out| async move {
        out.send("one").await?;
        out.send("two").await?;
        out.finish().await
    })
}

#[get("/slow")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(1)).await;
    "slow"
}

/// Any status, with a body that not every status can have.
#[get("/status/:code")]
async fn status(code: u16) -> Response {
    Response::new(StatusCode::from_u16(code).unwrap()).text("a body")
}

#[post("/created")]
async fn created() -> Response {
    Response::created("/status/200")
}

#[get("/moved")]
async fn moved() -> Redirect {
    Redirect::permanent("/")
}

/// Fields that are the engine's to write, and one that is its own.
#[get("/choosy")]
async fn choosy() -> Response {
    let response = Response::ok().header("content-length", "99").header("transfer-encoding", "gzip");
    response.header("connection", "x-own").header("x-own", "1").text("choosy")
}

/// Takes JSON alone.
#[post("/number")]
async fn number(number: Json<u32>) -> String {
    number.0.to_string()
}

/// Sends the client where it says.
#[get("/goes/:to")]
async fn goes(to: String) -> Redirect {
    Redirect::see_other(to)
}

/// Says what the client says, in a field.
#[get("/says/:what")]
async fn says(what: String) -> Response {
    Response::ok().header("x-said", what.as_str()).text("said")
}

/// What can be given in parts.
#[get("/alphabet")]
async fn alphabet() -> (AcceptRanges, ETag, String) {
    (AcceptRanges, ETag::strong(1), "abcdefghijklmnopqrstuvwxyz".repeat(10))
}
