use server::{Request, extractor};

#[extractor]
async fn agent(request: &mut Request) -> String {
    request.header("user-agent").unwrap_or_default().to_owned()
}

fn main() {}
