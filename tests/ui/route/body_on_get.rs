use std::convert::Infallible;

use server::{FromRequest, Request, get};

struct Upload;

impl<S: Sync> FromRequest<S> for Upload {
    const TAKES_BODY: bool = true;
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

#[get("/files")]
async fn list(filter: Upload) -> &'static str {
    let _ = filter;
    "files"
}

fn main() {}
