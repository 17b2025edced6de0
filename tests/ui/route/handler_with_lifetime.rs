use server::get;

#[get("/users/:name")]
async fn user<'a>(name: &'a str) -> &'static str {
    let _ = name;
    "page"
}

fn main() {}
