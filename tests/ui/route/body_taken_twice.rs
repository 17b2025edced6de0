use server::{Json, post};

#[post("/files")]
async fn store(files: Json<Vec<String>>, text: String) -> &'static str {
    let _ = (files, text);
    "stored"
}

fn main() {}
