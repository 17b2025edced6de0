use server::get;

#[get("/users")]
struct Users;

fn main() {}
