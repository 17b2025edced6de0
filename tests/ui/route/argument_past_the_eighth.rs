use server::{AcceptLanguage, ClientAddr, ContentType, MatchedRoute, Range, Routes, UserAgent, get, routes};

struct Basket;

#[get("/report")]
async fn report(
    _: Option<AcceptLanguage>,
    _: Option<ClientAddr>,
    _: Option<ContentType>,
    _: Option<MatchedRoute>,
    _: Option<Range>,
    _: Option<UserAgent>,
    _: Option<Range>,
    _: Option<UserAgent>,
    _: Basket,
) -> &'static str {
    "all that is known"
}

const ROUTES: Routes = routes![report];

fn main() {
    let _ = ROUTES;
}
