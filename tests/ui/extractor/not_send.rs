use std::rc::Rc;

use server::{Request, extractor};

struct Size(usize);

#[extractor(takes_body)]
async fn size(request: &mut Request) -> Size {
    let path = Rc::new(request.path().to_owned());
    let body = request.take_body().collect(1024).await;
    Size(body.map_or(0, |bytes| bytes.len()) + path.len())
}

fn main() {}
