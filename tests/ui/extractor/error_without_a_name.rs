use server::{IntoResponse, Request, extractor};

struct Agent(String);

#[extractor]
async fn agent(request: &mut Request) -> Result<Agent, impl IntoResponse> {
    request.header("user-agent").map(|agent| Agent(agent.to_owned())).ok_or("who are you?")
}

fn main() {}
