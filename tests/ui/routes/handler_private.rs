use server::{Routes, routes};

mod pages {
    use server::get;

    #[get("/")]
    async fn index() -> &'static str {
        "index"
    }
}

const ROUTES: Routes = routes![pages::index];

fn main() {
    let _ = ROUTES;
}
