#[server::main]
fn main() {
    println!("hello");
}
