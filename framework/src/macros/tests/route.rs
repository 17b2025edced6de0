//! Handlers as the macros make them, called as the pipeline calls them.

use crate::Method;
use crate::get;
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};
use crate::routing::{Captures, Endpoint, Handle, OnDisconnect, Pattern, RouteInfo, Segment};

/// Calls `H` with a request for `target`, whose path its pattern at `pattern` must match.
#[track_caller]
fn call_pattern<H: Handle<S>, S: 'static>(
    method: Method,
    target: &str,
    pattern: usize,
    state: &S,
) -> Response {
    let mut request = Request::new(method, target);
    let route: &'static RouteInfo = const { &H::ROUTE };
    let captures = captures(&route.patterns[pattern], pattern, request.path());
    request.set_route(route, captures);
    block_on(H::BOUND.call.call(request, state))
}

#[track_caller]
fn call<H: Handle<()>>(target: &str) -> Response {
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
fn told(mut response: Response) -> (u16, String) {
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
    assert_eq!(route.name, "server::macros::tests::get_user");
    assert!(route.file.ends_with("macros/tests.rs"), "{}", route.file);
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
