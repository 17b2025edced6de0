use server::{Request, extractor};

struct Agent(String);

#[extractor]
async fn agent(request: &mut Request) -> Option<Agent> {
    Some(Agent(request.header("user-agent")?.to_owned()))
}

fn main() {}
