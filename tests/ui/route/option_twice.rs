use server::get;

#[get("/users", timeout = "5s", timeout = "6s")]
async fn page() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![page];

fn main() {
    let _ = ROUTES;
}
