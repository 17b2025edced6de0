//! A session: what the server knows of a client.

use serde::Deserialize;
use server::{Form, Problem, Redirect, Routes, SavedSession, Session, StatusCode, get, post, routes};

use crate::App;

pub(crate) const ROUTES: Routes<App> = routes![login, logout, me];

// ANCHOR: session
#[derive(Deserialize)]
struct Login {
    name: String,
}

#[post("/login")]
async fn login(mut session: Session, form: Form<Login>) -> server::Result<(SavedSession, Redirect)> {
    session.insert("name", &form.name)?;
    session.renew();
    Ok((session.save().await?, Redirect::see_other(me::url())))
}

#[get("/me")]
async fn me(session: Session) -> Result<String, Problem> {
    let name: Option<String> = session.get("name");
    name.map(|name| format!("{name}\n")).ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED))
}

#[post("/logout")]
async fn logout(session: Session) -> server::Result<(SavedSession, Redirect)> {
    Ok((session.end().await?, Redirect::see_other("/")))
}
// ANCHOR_END: session

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::super::store::MapStore;
    use super::*;

    // ANCHOR: redis
    use server::{Redis, RedisStore, Sessions};

    /// Sessions that all replicas have.
    fn shared(url: &str) -> server::Result<Sessions> {
        let redis = Redis::open(url)?.prefix("shop:");
        Ok(Sessions::new(RedisStore::new(&redis)).secure())
    }
    // ANCHOR_END: redis

    #[test]
    fn replicas_share_them_where_there_is_a_redis() {
        assert!(shared("redis://127.0.0.1").is_ok() && shared("127.0.0.1").is_err());
    }

    #[server::test]
    async fn lasts_from_login_to_logout() {
        let of_ones_own = App { sessions: Sessions::new(MapStore::default()), ..App::new() };
        for app in [App::new(), of_ones_own] {
            from_login_to_logout(&Client::with_state(ROUTES, app)).await;
        }
    }

    async fn from_login_to_logout(client: &Client) {
        assert_eq!(client.get("/me").await.status(), 401);
        let response = client.post("/login").form(&[("name", "Ada")]).await;
        let (planted, _) = response.header("set-cookie").unwrap().split_once(';').unwrap();
        let response = client.post("/login").header("cookie", planted).form(&[("name", "Ada")]).await;
        let (cookie, _) = response.header("set-cookie").unwrap().split_once(';').unwrap();
        let me = || client.get("/me").header("cookie", cookie);
        assert_eq!(me().await.text(), "Ada\n");
        assert_eq!(client.get("/me").header("cookie", planted).await.status(), 401);
        let response = client.post("/logout").header("cookie", cookie).await;
        assert!(response.header("set-cookie").unwrap().ends_with("Max-Age=0"));
        assert_eq!(me().await.status(), 401);
    }
}
