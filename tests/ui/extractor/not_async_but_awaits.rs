use server::{Body, Request, extractor};

struct Size(usize);

#[extractor(takes_body)]
fn size(request: &mut Request) -> Size {
    let body: Body = request.take_body();
    Size(body.collect(1024).await.map_or(0, |bytes| bytes.len()))
}

fn main() {}
