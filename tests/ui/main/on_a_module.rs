#[server::main]
mod program {}

fn main() {}
