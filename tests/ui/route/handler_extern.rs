use server::get;

#[get("/users")]
extern "C" fn users() -> &'static str {
    "page"
}

fn main() {}
