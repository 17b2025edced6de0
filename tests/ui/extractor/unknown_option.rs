use server::{Request, extractor};

#[derive(Clone)]
struct Agent(String);

#[extractor(cache)]
async fn agent(request: &mut Request) -> Agent {
    Agent(request.header("user-agent").unwrap_or_default().to_owned())
}

fn main() {}
