use server::{Routes, routes};

#[server::scope(prefix = "/users")]
mod users;

const ROUTES: Routes = routes![..users::ROUTES];

fn main() {
    let _ = ROUTES;
}
