use server::get;

#[get("/files/:name.txt")]
async fn file(name: &str) -> &'static str {
    let _ = name;
    "page"
}

fn main() {}
