#[server::main]
async fn main() -> server::Result {
    println!("hello");
    7
}
