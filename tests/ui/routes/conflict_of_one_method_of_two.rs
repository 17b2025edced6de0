use server::{Routes, get, route, routes};

#[get("/report")]
async fn report() -> &'static str {
    "report"
}

#[route(GET | POST, "/report")]
async fn make_report() -> &'static str {
    "report"
}

const ROUTES: Routes = routes![report, make_report];

fn main() {
    let _ = ROUTES;
}
