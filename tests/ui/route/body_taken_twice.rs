use std::convert::Infallible;

use server::{FromRequest, Request, post};

struct Upload;

impl<S: Sync> FromRequest<S> for Upload {
    const TAKES_BODY: bool = true;
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

#[post("/files")]
async fn store(first: Upload, second: Upload) -> &'static str {
    let _ = (first, second);
    "stored"
}

fn main() {}
