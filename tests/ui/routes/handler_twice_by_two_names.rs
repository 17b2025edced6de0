use server::{Routes, routes};

mod pages {
    use server::get;

    #[get("/")]
    pub async fn index() -> &'static str {
        "index"
    }
}

use pages::index;

const ROUTES: Routes = routes![index, pages::index];

fn main() {
    let _ = ROUTES;
}
