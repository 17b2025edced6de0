use std::num::ParseIntError;

use server::{State, extractor};

struct Length(u64);

#[extractor]
async fn length(text: State<String>) -> Result<Length, ParseIntError> {
    text.parse().map(Length)
}

fn main() {}
