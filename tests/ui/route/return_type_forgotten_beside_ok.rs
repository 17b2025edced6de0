use server::get;

#[get("/")]
async fn index() -> server::Result<String> {
    "index".to_owned()
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    let _ = ROUTES;
}
