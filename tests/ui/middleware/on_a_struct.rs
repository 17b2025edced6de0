use server::middleware;

#[middleware]
pub struct Log {
    pub label: String,
}

fn main() {}
