use server::get;

#[get("/users", timeout = "5sec")]
async fn page() -> &'static str {
    "page"
}

fn main() {}
