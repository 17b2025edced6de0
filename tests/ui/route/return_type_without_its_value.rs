use server::get;

#[get("/")]
async fn index() {
    "index"
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    let _ = ROUTES;
}
