use server::get;

#[get("/users", timeout = "5sec")]
async fn page() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![page];

fn main() {
    let _ = ROUTES;
}
