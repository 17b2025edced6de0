use server::get;

#[get("/")]
async fn index() -> impl Iterator<Item = String> {
    ["index".to_owned()].into_iter()
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    let _ = ROUTES;
}
