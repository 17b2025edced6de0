#[server::main]
async fn main() -> String {
    "hello".to_owned()
}
