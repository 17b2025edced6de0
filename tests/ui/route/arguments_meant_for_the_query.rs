use server::get;

#[get("/users")]
async fn users(page: u32, size: u32) -> String {
    format!("{size} users of page {page}")
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
