use server::get;

#[get("/files/:name.txt")]
async fn file(name: &str) -> &'static str {
    let _ = name;
    "page"
}

const ROUTES: server::Routes = server::routes![file];

fn main() {
    let _ = ROUTES;
}
