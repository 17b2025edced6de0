use server::{Request, RequestId, extractor};

#[extractor]
async fn id(request: &mut Request) -> RequestId {
    request.id()
}

fn main() {}
