#[derive(server::State)]
struct App {
    name: String,
    address: String,
    port: u16,
}

fn main() {}
