use server::{Body, Request, extractor};

struct Upload(Body);

#[extractor(takes_body)]
async fn upload(request: &mut Request) -> Upload {
    Upload(request.take_body())
}

struct Copied(Body, Body);

#[extractor]
async fn copied(first: Upload, second: Upload) -> Copied {
    Copied(first.0, second.0)
}

fn main() {}
