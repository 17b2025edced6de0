use server::get;

#[get("/users?page=:page")]
async fn users(page: u32) -> &'static str {
    let _ = page;
    "page"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
