//! Which handlers answer at once, without a box for their future, and that it is the same for those who ask.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::http::{Request, Response};
use crate::routing::{Handle, Reply};
use crate::testing::Client;
use crate::{
    FromParam, FromRequest, Json, Method, Next, ParamError, Query, extractor, get, middleware, post, routes,
};

/// Says that it is made at once, and is not.
struct Liar;

impl<S: Sync> FromRequest<S> for Liar {
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, _: &S) -> Result<Self, Infallible> {
        pending().await
    }
}

/// Is made at once, and does not say so.
struct Silent;

impl<S: Sync> FromRequest<S> for Silent {
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

struct Agent;

#[extractor]
async fn agent(_: Method) -> Agent {
    Agent
}

struct Slow;

#[extractor]
async fn slow(_: Method) -> Slow {
    ready(Slow).await
}

struct Explosive;

impl FromParam<'_> for Explosive {
    fn from_param(text: &str) -> Result<Self, ParamError> {
        panic!("{text} went off")
    }
}

#[get("/plain")]
async fn plain() -> &'static str {
    "plain"
}

#[get("/numbers")]
async fn number(query: Query<Vec<(String, u8)>>, _: Option<Agent>) -> String {
    format!("{}", query.len())
}

#[get("/all")]
async fn whole(request: Request) -> String {
    request.path().to_owned()
}

#[get("/bang")]
async fn bang() -> &'static str {
    panic!("bang")
}

#[get("/mine/:id")]
async fn mine(_id: Explosive) -> &'static str {
    "disarmed"
}

#[get("/lies")]
async fn lies(_: Liar) -> &'static str {
    "true"
}

#[get("/awaits")]
async fn awaits() -> &'static str {
    ready("awaited").await
}

#[get("/silent")]
async fn silent(_: Silent) -> &'static str {
    "silent"
}

#[get("/slow")]
async fn slowly(_: Slow) -> &'static str {
    "slow"
}

#[post("/json")]
async fn json(Json(number): Json<u8>) -> Json<u8> {
    Json(number)
}

#[get("/blocking")]
fn blocking() -> &'static str {
    "blocking"
}

mod hiding {
    //! A macro called like one of the standard library.

    macro_rules! format {
        ($($text:tt)*) => {{
            std::future::pending::<()>().await;
            ""
        }};
    }

    #[crate::get("/hides")]
    pub(super) async fn hides() -> &'static str {
        format!("hidden")
    }
}
use hiding::hides;

static RUNS: AtomicU32 = AtomicU32::new(0);

/// Makes the future of what comes next, and does not await it.
#[middleware]
async fn turns_back(request: Request, next: Next<'_>) -> Response {
    drop(next.run(request));
    Response::ok().text("turned back")
}

#[get("/counted", with = [turns_back])]
async fn counted() -> &'static str {
    RUNS.fetch_add(1, Ordering::Relaxed);
    "counted"
}

/// Whether the call gives an answer.
fn is_ready<H: Handle<()>>(path: &str) -> bool {
    matches!(H::__call(Request::new(Method::GET, path), &()), Reply::Ready(_))
}

#[test]
fn what_awaits_nothing_needs_no_box() {
    assert!(is_ready::<plain>("/plain"));
    assert!(is_ready::<number>("/numbers?a=1"));
    assert!(is_ready::<whole>("/all"));
}

#[test]
fn what_may_wait_is_boxed() {
    assert!(!is_ready::<awaits>("/awaits"));
    assert!(!is_ready::<silent>("/silent"));
    assert!(!is_ready::<slowly>("/slow"));
    assert!(!is_ready::<json>("/json"));
    assert!(!is_ready::<blocking>("/blocking"));
}

#[server::test]
async fn what_goes_wrong_at_once_is_an_answer() {
    let client = Client::new(routes![plain, bang, mine, lies, hides]);
    for path in ["/bang", "/mine/7", "/lies", "/hides"] {
        assert_eq!(client.get(path).await.status(), 500, "{path}");
    }
    assert_eq!(client.get("/plain").await.text(), "plain");
}

#[server::test]
async fn nothing_runs_that_is_not_awaited() {
    let client = Client::new(routes![counted]);
    assert_eq!(client.get("/counted").await.text(), "turned back");
    assert_eq!(RUNS.load(Ordering::Relaxed), 0);
}
