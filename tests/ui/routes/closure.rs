use server::{Routes, routes};

const ROUTES: Routes = routes![|| async { "index" }];

fn main() {
    let _ = ROUTES;
}
