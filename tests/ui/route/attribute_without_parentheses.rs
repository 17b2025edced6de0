use server::get;

#[get]
async fn index() -> &'static str {
    "index"
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    let _ = ROUTES;
}
