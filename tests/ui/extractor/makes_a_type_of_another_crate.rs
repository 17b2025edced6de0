use std::net::IpAddr;

use server::{Request, extractor};

#[extractor]
async fn address(request: &mut Request) -> Result<IpAddr, &'static str> {
    request.header("x-real-ip").and_then(|text| text.parse().ok()).ok_or("who are you?")
}

fn main() {}
