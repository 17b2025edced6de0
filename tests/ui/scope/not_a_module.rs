use server::get;

#[server::scope(prefix = "/users")]
#[get("/")]
async fn users() -> &'static str {
    "users"
}

fn main() {}
