#[derive(server::State)]
struct App {
    name: String,
    #[state(ignore)]
    address: String,
}

fn main() {}
