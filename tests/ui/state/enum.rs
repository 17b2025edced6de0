#[derive(server::State)]
enum App {
    Memory(Vec<String>),
    File(String),
}

fn main() {}
