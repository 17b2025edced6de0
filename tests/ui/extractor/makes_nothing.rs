use server::{Request, extractor};

#[extractor]
async fn agent(request: &mut Request) {
    println!("{:?}", request.header("user-agent"));
}

fn main() {}
