use std::num::ParseIntError;

use server::{Request, extractor};

struct Length(u64);

#[extractor]
async fn length(request: &mut Request) -> Result<Length, ParseIntError> {
    request.header("content-length").unwrap_or_default().parse().map(Length)
}

fn main() {}
