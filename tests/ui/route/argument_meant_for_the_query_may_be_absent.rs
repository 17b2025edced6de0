use server::get;

#[get("/users")]
async fn users(page: Option<u32>) -> String {
    format!("page {}", page.unwrap_or(1))
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
