use server::{Request, Routes, extractor, get, routes};

#[extractor]
async fn tags(request: &mut Request) -> Vec<String> {
    request.query().unwrap_or_default().split(',').map(str::to_owned).collect()
}

#[get("/posts")]
async fn posts(tags: Vec<String>) -> String {
    tags.join(" and ")
}

const ROUTES: Routes = routes![posts];

fn main() {
    let _ = ROUTES;
}
