use server::{Routes, get, routes};

#[get("/:id")]
async fn user(id: u64) -> String {
    format!("user {id}")
}

#[get("/:name")]
async fn page(name: String) -> String {
    format!("page {name}")
}

#[get("/:tag")]
async fn tag(tag: String) -> String {
    format!("tag {tag}")
}

const ROUTES: Routes = routes![user, page, tag];

fn main() {
    let _ = ROUTES;
}
