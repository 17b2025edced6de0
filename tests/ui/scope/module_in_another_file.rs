#[server::scope(prefix = "/users")]
mod users;

fn main() {}
