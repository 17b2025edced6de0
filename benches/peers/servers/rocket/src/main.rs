//! Rocket, without its log.

use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use rocket::config::LogLevel;
use rocket::data::ToByteUnit;
use rocket::serde::json::Json;
use rocket::tokio::io::AsyncReadExt;
use rocket::{Config, Data, get, post, routes};

fn main() -> Result<(), rocket::Error> {
    let config = Config {
        address: contract::address().ip(),
        port: contract::address().port(),
        workers: contract::workers(),
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    let routes = routes![plaintext, json, user, echo, download, upload];
    rocket::execute(rocket::custom(config).mount("/", routes).launch()).map(drop)
}

#[get("/plaintext")]
fn plaintext() -> &'static str {
    PLAINTEXT
}

#[get("/json")]
fn json() -> Json<Message> {
    Json(Message::HELLO)
}

#[get("/users/<id>")]
fn user(id: u64) -> String {
    format!("user {id}")
}

#[post("/echo", data = "<order>")]
fn echo(order: Json<Order>) -> Json<Order> {
    order
}

#[get("/download")]
fn download() -> &'static [u8] {
    &DOWNLOAD
}

#[post("/upload", data = "<body>")]
async fn upload(body: Data<'_>) -> std::io::Result<String> {
    let mut body = body.open(1.gibibytes());
    let mut chunk = vec![0; 64 * 1024];
    let mut len = 0;
    loop {
        match body.read(&mut chunk).await? {
            0 => return Ok(len.to_string()),
            more => len += more,
        }
    }
}
