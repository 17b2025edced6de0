#[server::main]
async fn main() -> server::Result {
    Ok(())
}

#[server::main]
async fn main() -> server::Result {
    Ok(())
}
