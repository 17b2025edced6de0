use server::get;

#[get("/files/*path/raw")]
async fn raw(path: &str) -> &'static str {
    let _ = path;
    "page"
}

fn main() {}
