//! Nobody passes without good credentials.

use server::Routes;
// ANCHOR: credentials
use std::env;
use std::sync::LazyLock;

use server::layers::{RequireBasic, RequireBearer};
use server::{get, routes};

static TOKEN: LazyLock<Option<String>> = LazyLock::new(|| env::var("ROBOT_TOKEN").ok());

const ROBOTS: RequireBearer = RequireBearer::by(&|sent| TOKEN.as_ref().is_some_and(|token| sent.is(token)));
const VISITORS: RequireBasic = RequireBasic::users(&[("visitor", "welcome")]).realm("the garden");

#[get("/robots")]
async fn robots() -> &'static str {
    "beep\n"
}

#[get("/garden")]
async fn garden() -> &'static str {
    "roses\n"
}

pub(crate) const ROUTES: Routes = routes![with [ROBOTS] => [robots], with [VISITORS] => [garden]];
// ANCHOR_END: credentials

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn who_has_none_is_asked_for_them() {
        let rows = [
            ("/garden", "Basic dmlzaXRvcjp3ZWxjb21l", 200, None),
            (
                "/garden",
                "Basic dmlzaXRvcjp3cm9uZw==",
                401,
                Some("Basic realm=\"the garden\", charset=\"UTF-8\""),
            ),
            ("/robots", "Bearer guess", 401, Some("Bearer realm=\"restricted\", error=\"invalid_token\"")),
        ];
        for (target, value, status, challenge) in rows {
            let response = Client::new(ROUTES).get(target).header("authorization", value).await;
            assert_eq!(response.status(), status, "{target}");
            assert_eq!(response.header("www-authenticate"), challenge, "{target}");
        }
    }
}
