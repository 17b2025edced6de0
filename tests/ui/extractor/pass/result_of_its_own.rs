//! A type that is only called like a `Result` is an extractor like any other.

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
async fn id(request: &mut Request) -> server::RequestId {
    request.id()
}

fn is_extractor<T: FromRequest<App>>(_: impl Fn(T)) {}

fn main() {
    is_extractor(|words: SearchResult<String>| drop(words.0));
    is_extractor(|id: server::RequestId| println!("{id}"));
}
