use server::{Request, extractor};

struct Agent(String);

#[extractor]
async fn agent(request: &Request) -> Agent {
    Agent(request.header("user-agent").unwrap_or_default().to_owned())
}

fn main() {}
