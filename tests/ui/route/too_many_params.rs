use server::get;

#[get("/:a/:b/:c/:d/:e/:f/:g/:h/:i/:j/:k/:l/:m/:n/:o/:p/:q")]
async fn page() -> &'static str {
    "page"
}

const ROUTES: server::Routes = server::routes![page];

fn main() {
    let _ = ROUTES;
}
