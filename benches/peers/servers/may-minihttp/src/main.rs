//! may_minihttp: coroutines, and neither limits nor timeouts, chunked bodies or `Connection: close`.

use std::io::{self, BufRead as _, ErrorKind, Read as _, Write as _};

use bytes::BufMut;
use contract::{DOWNLOAD, Message, Order, PLAINTEXT};
use may_minihttp::{HttpServer, HttpService, Request, Response};

fn main() -> io::Result<()> {
    may::config().set_workers(contract::workers());
    HttpServer(Peer).start(contract::address())?.join().map_err(|_| io::Error::other("the server panicked"))
}

#[derive(Clone)]
struct Peer;

impl HttpService for Peer {
    fn call(&mut self, request: Request, response: &mut Response) -> io::Result<()> {
        match (request.method(), request.path()) {
            ("GET", "/plaintext") => {
                response.header("Content-Type: text/plain; charset=utf-8").body(PLAINTEXT);
            }
            ("GET", "/json") => {
                response.header("Content-Type: application/json");
                serde_json::to_writer(response.body_mut().writer(), &Message::HELLO)?;
            }
            ("GET", "/download") => {
                response.header("Content-Type: application/octet-stream");
                response.body_mut().extend_from_slice(&DOWNLOAD);
            }
            ("POST", "/echo") => echo(request, response)?,
            ("POST", "/upload") => upload(request, response)?,
            ("GET", path) => {
                let id = path.strip_prefix("/users/").and_then(|id| id.parse::<u64>().ok());
                let Some(id) = id else {
                    response.status_code(404, "Not Found");
                    return Ok(());
                };
                response.header("Content-Type: text/plain; charset=utf-8");
                write!(response.body_mut().writer(), "user {id}")?;
            }
            _ => {
                response.status_code(404, "Not Found");
            }
        }
        Ok(())
    }
}

fn echo(request: Request, response: &mut Response) -> io::Result<()> {
    let mut content = Vec::with_capacity(2048);
    request.body().read_to_end(&mut content)?;
    let order: Order = serde_json::from_slice(&content)?;
    response.header("Content-Type: application/json");
    serde_json::to_writer(response.body_mut().writer(), &order)?;
    Ok(())
}

fn upload(request: Request, response: &mut Response) -> io::Result<()> {
    let mut body = request.body();
    let mut len = 0;
    loop {
        match body.fill_buf()?.len() {
            0 => break,
            more => {
                len += more;
                body.consume(more);
            }
        }
    }
    response.header("Content-Type: text/plain; charset=utf-8");
    write!(response.body_mut().writer(), "{len}").map_err(|_| ErrorKind::OutOfMemory.into())
}
