use server::get;

#[get("/100%/sure")]
async fn page() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![page];

fn main() {
    let _ = ROUTES;
}
