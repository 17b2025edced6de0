use server::{Cookies, Routes, get, routes};

#[get("/theme")]
async fn theme(cookies: Cookies) -> (String, Cookies) {
    ("dark".to_owned(), cookies)
}

const ROUTES: Routes = routes![theme];

fn main() {
    let _ = ROUTES;
}
