use server::get;

#[get("/users")]
async fn users(filter: impl Send) -> &'static str {
    let _ = filter;
    "page"
}

const ROUTES: server::Routes = server::routes![users];

fn main() {
    let _ = ROUTES;
}
