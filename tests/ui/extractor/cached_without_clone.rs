use server::{Request, extractor};

struct Agent(String);

#[extractor(cached)]
async fn agent(request: &mut Request) -> Agent {
    Agent(request.header("user-agent").unwrap_or_default().to_owned())
}

fn main() {}
