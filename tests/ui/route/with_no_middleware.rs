use server::get;

struct Audit;

#[get("/users", with = [Audit])]
async fn users() -> &'static str {
    "users"
}

fn main() {}
