//! Cookies: plain, signed, private.

use server::cookie::{Cookie, time::Duration};
use server::{Cookies, PrivateCookies, Redirect, Routes, SignedCookies, get, post, routes};

use crate::App;

pub(crate) const ROUTES: Routes<App> = routes![theme, choose, visits, discount];

// ANCHOR: plain
#[get("/theme")]
async fn theme(cookies: Cookies) -> String {
    format!("{}\n", cookies.get("theme").unwrap_or("light"))
}

#[post("/theme/:name")]
async fn choose(name: String, mut cookies: Cookies) -> (Cookies, Redirect) {
    cookies.set(Cookie::build(("theme", name)).max_age(Duration::days(365)));
    (cookies, Redirect::see_other(theme::url()))
}
// ANCHOR_END: plain

// ANCHOR: signed
/// Counts visits: the client can read the count, and not change it.
#[get("/visits")]
async fn visits(mut cookies: SignedCookies) -> (SignedCookies, String) {
    let visits: u32 = cookies.get("visits").and_then(|text| text.parse().ok()).unwrap_or(0);
    cookies.set(("visits", (visits + 1).to_string()));
    (cookies, format!("{visits} visits before\n"))
}

/// Gives a discount that the client cannot even read.
#[get("/discount")]
async fn discount(mut cookies: PrivateCookies) -> (PrivateCookies, String) {
    let known = cookies.get("discount");
    cookies.set(("discount", "7"));
    (cookies, format!("{}%\n", known.as_deref().unwrap_or("no")))
}
// ANCHOR_END: signed

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn what_is_set_comes_back() {
        let client = Client::with_state(ROUTES, App::new());
        let chosen = client.post("/theme/dark").await;
        assert_eq!(
            (chosen.status().as_u16(), chosen.header("set-cookie")),
            (303, Some("theme=dark; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000"))
        );
        assert_eq!(client.get("/theme").header("cookie", "theme=dark").await.text(), "dark\n");
        for (target, first, second) in
            [("/visits", "0 visits before\n", "1 visits before\n"), ("/discount", "no%\n", "7%\n")]
        {
            let response = client.get(target).await;
            assert_eq!(response.text(), first);
            let (cookie, _) = response.header("set-cookie").unwrap().split_once(';').unwrap();
            assert_eq!(client.get(target).header("cookie", cookie).await.text(), second);
            let changed = cookie.replacen('=', "=A", 1);
            assert_eq!(client.get(target).header("cookie", changed).await.text(), first);
        }
    }
}
