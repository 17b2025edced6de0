#[derive(server::State)]
#[state(skip)]
struct App {
    name: String,
}

fn main() {}
