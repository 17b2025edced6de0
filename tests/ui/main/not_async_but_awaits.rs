#[server::main]
fn main() -> server::Result {
    listen().await
}

async fn listen() -> server::Result {
    Ok(())
}
