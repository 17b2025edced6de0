use std::sync::Arc;

#[derive(server::State)]
struct App {
    users: Arc<Usrs>,
}

fn main() {}
