//! Handlers as the macros make them, called as the pipeline calls them.

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::IpAddr;

use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{Captures, Endpoint, Handle, OnDisconnect, Pattern, Reply, RouteInfo, Segment};
use crate::{FromRequest, Method, Middleware, Next, Parsed, StatusCode};
use crate::{delete, get, head, options, patch, post, put, route};

/// Calls `H` with a request for `target`, whose path its pattern at `pattern` must match.
#[track_caller]
fn call_pattern<H: Handle<S>, S: 'static>(
    method: Method,
    target: &str,
    pattern: usize,
    state: &S,
) -> Response {
    let mut request = Request::new(method, target);
    let route: &'static RouteInfo = H::ROUTE;
    *request.head_and_captures().1 = captures(&route.patterns[pattern], pattern, request.path());
    request.set_route(route, None);
    match H::__call(request, state) {
        Reply::Ready(response) => response,
        Reply::Later(reply) => block_on(reply),
    }
}

#[track_caller]
pub(super) fn call<H: Handle<()>>(target: &str) -> Response {
    call_pattern::<H, ()>(Method::GET, target, 0, &())
}

#[track_caller]
fn captures(pattern: &Pattern, index: usize, path: &str) -> Captures {
    let mut captures = Captures::default();
    captures.set_pattern(u16::try_from(index).unwrap());
    let mut at = 1;
    for segment in pattern.segments {
        let rest = &path[at..];
        let len = rest.find('/').unwrap_or(rest.len());
        let end = match segment {
            Segment::Literal(text) => {
                assert_eq!(&rest[..len], *text, "{path} is no {}", pattern.text);
                at + len
            }
            Segment::Param(_) => at + len,
            Segment::CatchAll(_) => path.len(),
        };
        if !matches!(segment, Segment::Literal(_)) {
            assert!(captures.push(at, end));
        }
        at = (end + 1).min(path.len());
    }
    captures
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// The status, and the body or the problem's detail.
pub(super) fn told(mut response: Response) -> (u16, String) {
    let detail = response.problem_ref().and_then(Problem::detail_text).map(str::to_owned);
    let body = detail.unwrap_or_else(|| {
        let bytes = block_on(response.take_body().collect(u64::MAX)).unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    });
    (response.status().as_u16(), body)
}

/// A text as a response; the kinds of responses have a room of their own.
struct Text(String);

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        Response::ok().text(self.0)
    }
}

/// One user.
///
/// Not part of the summary.
#[get("/users/:id", tag = "users", timeout = "5s", body_limit = "1KiB", on_disconnect = finish)]
async fn get_user(id: u64) -> Text {
    Text(format!("user {id}"))
}

#[test]
fn describes_a_route() {
    let route = <get_user as Endpoint>::ROUTE;
    assert_eq!(route.methods, ["GET"]);
    assert_eq!(route.patterns.len(), 1);
    assert_eq!(route.patterns[0].text, "/users/:id");
    assert_eq!(route.patterns[0].segments, [Segment::Literal("users"), Segment::Param("id")]);
    assert_eq!((route.module, route.name), ("server::macros::behaviour::route", "get_user"));
    assert!(route.file.ends_with("macros/behaviour/route.rs"), "{}", route.file);
    assert_eq!(route.summary, "One user.");
    assert_eq!(route.policy.tag, Some("users"));
    assert_eq!(route.policy.timeout, Some(std::time::Duration::from_secs(5)));
    assert_eq!(route.policy.body_limit, Some(1024));
    assert_eq!(route.policy.on_disconnect, Some(OnDisconnect::Finish));
    assert_eq!(get_user::url(42), "/users/42");
}

#[test]
fn parses_an_argument_by_name() {
    assert_eq!(told(call::<get_user>("/users/7?x=1")), (200, "user 7".to_owned()));
    let expected = "`id`: expected an unsigned 64-bit integer, found `abc`".to_owned();
    assert_eq!(told(call::<get_user>("/users/abc")), (400, expected));
}

#[test]
fn stays_a_function() {
    assert_eq!(block_on(get_user(3)).0, "user 3");
}

#[get("/:page/:name/:copy/:on/:sign")]
async fn kinds(page: i8, name: &str, copy: Cow<'_, str>, on: bool, sign: char) -> Text {
    Text(format!("{page} {name} {copy} {on} {sign}"))
}

#[test]
fn parses_each_kind_of_param() {
    assert_eq!(told(call::<kinds>("/-7/a%20b/%C3%A9/true/x")), (200, "-7 a b é true x".to_owned()));
    assert_eq!(told(call::<kinds>("/-7/a%2Fb/%3F/false/%25")), (200, "-7 a/b ? false %".to_owned()));
    let refused = told(call::<kinds>("/-7/%FF/x/true/x"));
    assert_eq!(refused, (400, "`name`: expected UTF-8, found `%FF`".to_owned()));
    let refused = told(call::<kinds>("/128/a/b/true/x"));
    assert_eq!(refused, (400, "`page`: expected an 8-bit integer, found `128`".to_owned()));
    let refused = told(call::<kinds>("/1/a/b/yes/x"));
    assert_eq!(refused, (400, "`on`: expected `true` or `false`, found `yes`".to_owned()));
}

#[get("/hosts/:address")]
async fn host(Parsed(address): Parsed<IpAddr>) -> Text {
    Text(address.to_string())
}

#[test]
fn parses_what_has_from_str() {
    assert_eq!(told(call::<host>("/hosts/%3A%3A1")), (200, "::1".to_owned()));
    let refused = told(call::<host>("/hosts/home"));
    assert_eq!(refused, (400, "`address`: invalid IP address syntax, found `home`".to_owned()));
    assert_eq!(host::url(IpAddr::from([127, 0, 0, 1])), "/hosts/127.0.0.1");
}

#[route(GET | "PURGE", "/files/*path", "/old/*path")]
async fn files(path: String) -> Text {
    Text(path)
}

#[test]
fn answers_several_patterns() {
    assert_eq!(<files as Endpoint>::ROUTE.methods, ["GET", "PURGE"]);
    let purge = Method::from_bytes(b"PURGE").unwrap();
    let old = call_pattern::<files, ()>(purge, "/old/b/c%20d", 1, &());
    assert_eq!(told(old), (200, "b/c d".to_owned()));
    assert_eq!(told(call::<files>("/files/a")), (200, "a".to_owned()));
    assert_eq!(files::url("a b/c"), "/files/a%20b/c");
}

/// Notes when it was made, so that the order can be seen; refuses where the header says so.
struct Step(String);

/// The same, but takes the body.
struct Body(String);

fn step(request: &mut Request, name: &str) -> String {
    let steps = request.header("x-steps").unwrap_or_default().to_owned() + name;
    request.headers_mut().insert("x-steps", steps.parse().unwrap());
    steps
}

impl<S: Sync> FromRequest<S> for Step {
    type Rejection = Problem;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Problem> {
        if request.query() == Some("refuse") {
            return Err(Problem::new(StatusCode::FORBIDDEN).detail("no"));
        }
        Ok(Self(step(request, "s")))
    }
}

impl<S: Sync> FromRequest<S> for Body {
    const TAKES_BODY: bool = true;
    type Rejection = Infallible;

    async fn from_request(request: &mut Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(step(request, "b")))
    }
}

#[post("/:id/:name")]
async fn ordered(Body(body): Body, name: &str, Step(first): Step, id: u8, _: Option<Step>) -> Text {
    Text(format!("{body} {name} {first} {id}"))
}

#[test]
fn extracts_the_body_after_all_else() {
    assert_eq!(told(call::<ordered>("/1/x")), (200, "ssb x s 1".to_owned()));
    assert_eq!(told(call::<ordered>("/1/x?refuse")), (403, "no".to_owned()));
    assert_eq!(told(call::<ordered>("/z/x?refuse")).0, 400);
}

#[post("/:a/:b/:c/:d")]
async fn backwards(Body(_): Body, d: u8, Step(first): Step, c: u8, b: u8, a: u8) -> Text {
    Text(format!("{first} {a} {b} {c} {d}"))
}

#[get("/:a/:b/:c/:d/:e")]
async fn many(a: u8, b: u8, c: u8, d: u8, e: u8) -> Text {
    Text(format!("{a} {b} {c} {d} {e}"))
}

#[test]
fn gives_each_argument_its_own_value() {
    assert_eq!(told(call::<backwards>("/1/2/3/4")), (200, "s 1 2 3 4".to_owned()));
    assert_eq!(told(call::<many>("/1/2/3/4/5")), (200, "1 2 3 4 5".to_owned()));
    let (status, detail) = told(call::<backwards>("/1/2/zz1/zz2"));
    assert!(status == 400 && detail.starts_with("`d`"), "the first as written is told of first: {detail}");
}

#[get("/all/:id")]
async fn whole(request: Request, Step(step): Step, id: u64) -> Text {
    Text(format!("{} {step} {id} {:?}", request.target(), request.param("id")))
}

#[test]
fn gives_the_whole_request_away_last() {
    assert_eq!(told(call::<whole>("/all/7")), (200, "/all/7 s 7 Some(\"7\")".to_owned()));
    assert_eq!(whole::url(7), "/all/7");
}

/// A type of state and an extractor that no other state has.
struct App(&'static str);

struct Name(&'static str);

impl FromRequest<App> for Name {
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, app: &App) -> Result<Self, Infallible> {
        Ok(Self(app.0))
    }
}

#[get("/name", state = App)]
async fn name(name: Name) -> Text {
    Text(name.0.to_owned())
}

#[test]
fn takes_what_one_state_alone_has() {
    let response = call_pattern::<name, App>(Method::GET, "/name", 0, &App("fingerpost"));
    assert_eq!(told(response), (200, "fingerpost".to_owned()));
}

#[put("/blocking/:name/:id")]
fn blocking(name: &str, _step: Step, id: u16) -> Text {
    Text(format!("{name} {id} on {:?}", std::thread::current().id()))
}

#[test]
fn runs_a_plain_function_on_another_thread() {
    let (status, text) = told(call::<blocking>("/blocking/a%20b/7"));
    let (text, thread) = text.split_once(" on ").unwrap();
    assert_eq!((status, text), (200, "a b 7"));
    assert_ne!(thread, format!("{:?}", std::thread::current().id()));
    assert_eq!(told(call::<blocking>("/blocking/a/70000")).0, 400);
}

#[delete("/panics")]
fn panics() -> Text {
    panic!("out of tea")
}

#[test]
#[should_panic(expected = "out of tea")]
fn lets_a_panic_of_a_plain_function_go_on() {
    call::<panics>("/panics");
}

struct Outer;
struct Inner(u8);

impl<S: Sync> Middleware<S> for Outer {
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        next.run(request).await
    }
}

impl<S: Sync> Middleware<S> for Inner {
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        next.run(request).await.header("x-inner", self.0.to_string())
    }
}

static SHARED: Inner = Inner(2);

#[patch("/layers", with = [Outer, Inner(1), SHARED])]
async fn layers() -> Text {
    Text(String::new())
}

#[test]
fn binds_its_own_middleware() {
    assert_eq!(<layers as Endpoint>::ROUTE.middleware, ["Outer", "Inner(1)", "SHARED"]);
    assert_eq!(<layers as Handle<()>>::BOUND.layers.len(), 3);
}

#[head("/")]
async fn only_head() -> Text {
    Text(String::new())
}

#[options("/")]
async fn only_options() -> Text {
    Text(String::new())
}

#[test]
fn names_the_method_of_each_shorthand() {
    assert_eq!(<only_head as Endpoint>::ROUTE.methods, ["HEAD"]);
    assert_eq!(<only_options as Endpoint>::ROUTE.methods, ["OPTIONS"]);
    assert_eq!(<ordered as Endpoint>::ROUTE.methods, ["POST"]);
    assert_eq!(<blocking as Endpoint>::ROUTE.methods, ["PUT"]);
    assert_eq!(<layers as Endpoint>::ROUTE.methods, ["PATCH"]);
    assert_eq!(<panics as Endpoint>::ROUTE.methods, ["DELETE"]);
}

#[get("/café/:größe", __prefix = "/orgs/:org")]
async fn coffee(org: &str, größe: u8) -> Text {
    Text(format!("{org} {größe}"))
}

#[test]
fn stands_under_the_prefix_of_a_scope() {
    let route = <coffee as Endpoint>::ROUTE;
    assert_eq!(route.patterns[0].text, "/orgs/:org/café/:größe");
    assert_eq!(route.patterns[0].segments[2], Segment::Literal("caf%C3%A9"));
    assert_eq!(coffee::url("a/b", 3), "/orgs/a%2Fb/caf%C3%A9/3");
    assert_eq!(told(call::<coffee>("/orgs/a%2Fb/caf%C3%A9/3")), (200, "a/b 3".to_owned()));
}
