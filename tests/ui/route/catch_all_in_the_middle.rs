use server::get;

#[get("/files/*path/raw")]
async fn raw(path: &str) -> &'static str {
    let _ = path;
    "page"
}

const ROUTES: server::Routes = server::routes![raw];

fn main() {
    let _ = ROUTES;
}
