use server::{Request, extractor};

struct Agent<'a>(&'a str);

#[extractor]
async fn agent(request: &mut Request) -> Agent<'_> {
    Agent(request.header("user-agent").unwrap_or_default())
}

fn main() {}
