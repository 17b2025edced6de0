#[server::main]
async fn main() {
    let port = std::env::var("PORT").;
    println!("{port:?}");
}
