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
async fn store(request: Request, upload: Upload) -> &'static str {
    let _ = (request, upload);
    "stored"
}

const ROUTES: server::Routes = server::routes![store];

fn main() {
    let _ = ROUTES;
}
