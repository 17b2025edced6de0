use server::{Body, Next, Request, Response, extractor, middleware};

struct Upload(Body);

#[extractor(takes_body)]
async fn upload(request: &mut Request) -> Upload {
    Upload(request.take_body())
}

#[middleware]
async fn measure(upload: Upload, request: Request, next: Next<'_>) -> Response {
    println!("{:?}", upload.0.len());
    next.run(request).await
}

fn main() {}
