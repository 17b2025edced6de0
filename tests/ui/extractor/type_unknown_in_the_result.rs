use server::{StatusCode, extractor};

#[extractor]
async fn user() -> Result<Usr, StatusCode> {
    Err(StatusCode::UNAUTHORIZED)
}

fn main() {}
