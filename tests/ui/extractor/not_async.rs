use server::{FromRequest, Request, extractor};

struct Agent(String);

#[extractor]
fn agent(request: &mut Request) -> Agent {
    Agent(request.header("user-agent").unwrap_or_default().to_owned())
}

fn taken<T: FromRequest<()>>() {}

fn main() {
    taken::<Agent>();
}
