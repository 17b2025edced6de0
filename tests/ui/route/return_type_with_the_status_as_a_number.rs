use server::get;

#[get("/")]
async fn index() -> (u16, &'static str) {
    (200, "index")
}

const ROUTES: server::Routes = server::routes![index];

fn main() {
    let _ = ROUTES;
}
