use server::get;

#[get("/users")]
async fn users(filter: Filtr) -> &'static str {
    let _ = filter;
    "users"
}

fn main() {}
