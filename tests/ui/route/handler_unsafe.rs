use server::get;

#[get("/users")]
async unsafe fn users() -> &'static str {
    "page"
}

fn main() {}
