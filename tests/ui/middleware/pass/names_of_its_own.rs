//! The macros name all they need by absolute paths: names of the prelude may mean something else here.

use server::{HttpError, Next, Request, Response, extractor, middleware};

#[allow(dead_code)]
mod shadows {
    pub struct Option;
    pub struct Result;
    pub struct String;
    pub struct Some;
    pub struct Ok;
    pub struct Err;
    pub trait Send {}
    pub trait Sync {}
    pub trait Clone {}
    pub trait Copy {}
    pub trait Into {}
    pub trait From {}
    pub trait ToString {}
    pub trait Future {}
}
#[allow(unused_imports, reason = "that it is unused is what this case shows")]
use shadows::*;

#[derive(server::State)]
struct App(u8);

#[derive(std::fmt::Debug, HttpError)]
enum Fault {
    #[status(404)]
    #[detail("{0} is not there")]
    Missing(u8),
    #[status(502)]
    Upstream(#[from] std::io::Error),
}

#[derive(std::clone::Clone)]
struct Number(u8);

#[extractor(cached)]
async fn number(request: &mut Request, state: server::State<u8>) -> std::result::Result<Number, Fault> {
    match request.path() {
        "/" => std::result::Result::Ok(Number(state.0)),
        _ => std::result::Result::Err(Fault::Missing(state.0)),
    }
}

#[middleware]
async fn pass(_number: Number, request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

#[server::main]
async fn main() {
    fn attach(_: impl server::Middleware<App>) {}
    attach(pass);
    let _ = (App(1).0, Number(2).0, Fault::Upstream(std::io::ErrorKind::Other.into()));
}
