#[server::main]
const async fn main() {
    println!("hello");
}
