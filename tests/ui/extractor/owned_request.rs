use server::{Request, extractor};

struct Agent;

#[extractor]
async fn agent(request: Request) -> Agent {
    let _ = request;
    Agent
}

fn main() {}
