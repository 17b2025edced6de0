//! A type that is only called like a `Result` is an extractor like any other.

use std::net::IpAddr;

use server::{FromRequest, Request, extractor};

struct SearchResult<T>(Vec<T>);

#[extractor]
async fn words(request: &mut Request) -> SearchResult<String> {
    SearchResult(request.path().split('/').map(str::to_owned).collect())
}

#[derive(Clone)]
struct App;

/// For one state, a type of another crate may be made as well.
#[extractor(state = App)]
async fn address(request: &mut Request) -> Result<IpAddr, &'static str> {
    request.header("x-real-ip").and_then(|text| text.parse().ok()).ok_or("who are you?")
}

fn is_extractor<T: FromRequest<App>>(_: impl Fn(T)) {}

fn main() {
    is_extractor(|words: SearchResult<String>| drop(words.0));
    is_extractor(|address: IpAddr| println!("{address}"));
}
