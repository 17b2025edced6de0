use server::get;

#[get("/users")]
const fn users() -> &'static str {
    "page"
}

fn main() {}
