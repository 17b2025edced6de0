use server::get;

#[get("/echo/:text")]
async fn echo(text: &str) -> &str {
    text
}

fn main() {}
