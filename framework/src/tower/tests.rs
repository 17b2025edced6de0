//! Layers of tower-http around handlers, services of tower below a prefix, and a server as one.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::SERVER;
use http::{HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use super::*;
use crate::http::BoxError;
use crate::testing::Client;
use crate::{Body, ClientAddr, Problem, Routes, Server, get, post, routes};

#[get("/users/:id")]
async fn user(id: u64) -> String {
    format!("user {id}")
}

#[post("/echo")]
async fn echo(body: String) -> String {
    body
}

#[get("/missing")]
async fn missing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND).detail("no such thing")
}

#[get("/slow")]
async fn slow() {
    tokio::time::sleep(Duration::from_secs(3600)).await;
}

#[get("/panic")]
async fn panics() {
    panic!("as it must");
}

#[get("/ip")]
async fn ip(client: Option<ClientAddr>) -> String {
    client.map_or_else(|| "nowhere".to_owned(), |client| client.to_string())
}

/// What a layer attaches.
#[derive(Clone)]
struct Tenant(&'static str);

#[get("/tenant")]
async fn tenant(Extension(Tenant(name)): Extension<Tenant>) -> &'static str {
    name
}

const ROUTES: Routes = routes![user, echo, missing, slow, panics, ip, tenant];

fn stamp() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(SERVER, HeaderValue::from_static("stamped"))
}

fn server() -> Server {
    Server::new(ROUTES)
}

#[tokio::test]
async fn a_layer_sees_the_answer_of_a_handler_with_its_parameters() {
    let client = Client::from(server().with(layer(stamp())).with(layer(TraceLayer::new_for_http())));
    let response = client.get("/users/7").await;
    assert_eq!((response.text(), response.header("server")), ("user 7", Some("stamped")));
    assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    let response = client.post("/echo").body("tea").await;
    assert_eq!((response.status().as_u16(), response.text()), (200, "tea"));
    let response = client.get("/nowhere").await;
    assert_eq!((response.status().as_u16(), response.header("server")), (404, Some("stamped")));
}

#[tokio::test]
async fn a_problem_is_written_out_behind_it() {
    let client = Client::from(server().with(layer(stamp())));
    let response = client.get("/missing").header("accept", "application/json").await;
    assert_eq!(response.header("content-type"), Some("application/problem+json"));
    assert!(response.text().contains("no such thing"), "{}", response.text());
}

#[tokio::test(start_paused = true)]
async fn a_layer_may_answer_by_itself() {
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5));
    let client = Client::from(server().with(layer(timeout)));
    assert_eq!(client.get("/slow").await.status(), 504);
    let client = Client::from(server().with(layer(RequestBodyLimitLayer::new(3))));
    assert_eq!(client.post("/echo").body("coffee").await.status(), 413);
    assert_eq!(client.post("/echo").body("tea").await.text(), "tea");
}

#[tokio::test]
async fn an_error_of_a_layer_is_a_500() {
    let fails = tower::layer::layer_fn(|_: Inner| {
        service_fn(|_: http::Request<Body>| async {
            Err::<http::Response<Body>, BoxError>("out of luck".into())
        })
    });
    let response = Client::from(server().with(layer(fails))).get("/users/7").await;
    assert_eq!(response.status(), 500);
    assert!(!response.text().contains("luck"));
}

/// Calls the service inside twice, in another task, or with other extensions.
#[derive(Clone, Copy)]
enum Odd {
    Twice,
    Elsewhere,
    Bare,
}

impl Layer<Inner> for Odd {
    type Service = OddService;

    fn layer(&self, inner: Inner) -> OddService {
        OddService(*self, inner)
    }
}

#[derive(Clone)]
struct OddService(Odd, Inner);

impl Service<http::Request<Body>> for OddService {
    type Response = http::Response<Body>;
    type Error = BoxError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<http::Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let Self(odd, mut inner) = self.clone();
        Box::pin(async move {
            match odd {
                Odd::Twice => {
                    let mut again = http::Request::new(Body::empty());
                    *again.extensions_mut() = request.extensions().clone();
                    inner.call(request).await?;
                    Ok(inner.call(again).await?)
                }
                Odd::Elsewhere => Ok(tokio::spawn(inner.call(request)).await??),
                Odd::Bare => {
                    request.extensions_mut().clear();
                    Ok(inner.call(request).await?)
                }
            }
        })
    }
}

#[tokio::test]
async fn the_rest_of_the_chain_is_there_once_and_wherever_it_is_asked_for() {
    let ask =
        |odd| async move { Client::from(server().with(layer(odd))).get("/users/7").await.status().as_u16() };
    assert_eq!(ask(Odd::Elsewhere).await, 200);
    assert_eq!(ask(Odd::Twice).await, 500);
    assert_eq!(ask(Odd::Bare).await, 500);
}

#[tokio::test]
async fn what_a_layer_attaches_is_an_argument() {
    let attach = tower_http::add_extension::AddExtensionLayer::new(Tenant("acme"));
    let client = Client::from(server().with(layer(attach)));
    assert_eq!(client.get("/tenant").await.text(), "acme");
    assert_eq!(Client::from(server()).get("/tenant").await.status(), 500);
}

#[tokio::test]
async fn a_layer_is_put_on_once() {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = {
        let count = Arc::clone(&count);
        tower::layer::layer_fn(move |inner: Inner| {
            count.fetch_add(1, Ordering::Relaxed);
            inner
        })
    };
    let client = Client::from(server().with(layer(counting)));
    for _ in 0..3 {
        assert_eq!(client.get("/users/7").await.status(), 200);
    }
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

async fn tell(request: http::Request<Body>) -> Result<http::Response<Full<bytes::Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect(1000).await.unwrap_or_default();
    let text = format!("{} {} {}", parts.method, parts.uri, String::from_utf8_lossy(&body));
    Ok(http::Response::new(Full::from(text)))
}

#[tokio::test]
async fn a_service_below_a_prefix_sees_what_lies_below_it() {
    let client = Client::from(server().mount("/api", mount(service_fn(tell))));
    let rows = [
        (Method::GET, "/api/a/b?c=d", "GET /a/b?c=d "),
        (Method::GET, "/api", "GET / "),
        (Method::DELETE, "/api/", "DELETE / "),
        (Method::GET, "/api//a%2Fb?", "GET //a%2Fb? "),
    ];
    for (method, target, expected) in rows {
        assert_eq!(client.request(method, target).await.text(), expected, "{target}");
    }
    assert_eq!(client.post("/api/x").body("tea").await.text(), "POST /x tea");
    assert_eq!(client.get("/users/7").await.text(), "user 7");
}

#[tokio::test]
async fn a_server_is_mounted_in_another_as_a_service() {
    let client = Client::from(Server::new(Routes::<()>::EMPTY).mount("/v1", mount(server().into_service())));
    assert_eq!(client.get("/v1/users/7").await.text(), "user 7");
    assert_eq!(client.get("/v1/nowhere").await.status(), 404);
}

/// Asks the server as a service.
async fn ask(server: Server, request: http::Request<Full<bytes::Bytes>>) -> (u16, String) {
    let response = server.into_service().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect(1000).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn request(method: &str, uri: &str, body: &'static str) -> http::Request<Full<bytes::Bytes>> {
    http::Request::builder().method(method).uri(uri).body(Full::from(body)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_server_as_a_service_answers_as_it_would() {
    let rows = [
        (request("GET", "/users/7", ""), 200, "user 7"),
        (request("GET", "http://example.org/users/7?a", ""), 200, "user 7"),
        (request("POST", "/echo", "tea"), 200, "tea"),
        (request("POST", "/echo", "coffee"), 413, ""),
        (request("GET", "/nowhere", ""), 404, ""),
        (request("PUT", "/echo", ""), 405, ""),
        (request("GET", "/panic", ""), 500, ""),
        (request("GET", "/slow", ""), 503, "did not answer in time"),
        (request("CONNECT", "example.org:80", ""), 501, "no proxy"),
        (request("OPTIONS", "*", ""), 400, ""),
        (request("GET", "/ip", ""), 200, "nowhere"),
    ];
    for (request, status, part) in rows {
        let uri = request.uri().clone();
        let (found, text) = ask(server().max_body(4), request).await;
        assert_eq!(found, status, "{uri}: {text}");
        assert!(text.contains(part), "{uri}: {text}");
    }
    let mut from = request("GET", "/ip", "");
    from.extensions_mut().insert(ClientAddr(([192, 0, 2, 1], 7).into()));
    assert_eq!(ask(server(), from).await.1, "192.0.2.1:7");
}

#[tokio::test]
async fn bodies_cross_as_they_are_and_break_off_as_they_do() {
    let body = Body::stream(|mut out| async move {
        for part in ["a", "", "b"] {
            out.send(part).await?;
        }
        out.finish().await
    });
    assert_eq!(Limited::new(body, 10).collect().await.unwrap().to_bytes(), "ab");
    let limited = body::inward(Limited::new(Full::<bytes::Bytes>::from("coffee"), 3));
    assert!(limited.collect(100).await.is_err());
    let whole = body::inward(Body::from("tea"));
    assert_eq!(whole.len(), Some(3));
    assert_eq!(body::inward(Full::<bytes::Bytes>::from("tea")).len(), Some(3));
}

/// A body of others' making: frames as they stand.
fn frames(trailers: bool) -> impl http_body::Body<Data = bytes::Bytes, Error = Infallible> + Send + 'static {
    let mut fields = http::HeaderMap::new();
    fields.append("sum", HeaderValue::from_static("1"));
    fields.append("sum", HeaderValue::from_static("2"));
    let trailers = trailers.then(|| http_body::Frame::trailers(fields));
    let data = ["a", "", "bc"].map(|data| http_body::Frame::data(bytes::Bytes::from_static(data.as_bytes())));
    http_body_util::StreamBody::new(futures_util::stream::iter(data.into_iter().chain(trailers).map(Ok)))
}

#[tokio::test]
async fn trailers_cross_in_both_directions() {
    for has_trailers in [true, false] {
        let mut inside = body::inward(frames(has_trailers));
        assert_eq!(inside.take_trailers(), None, "before the end");
        let mut content = Vec::new();
        while let Some(chunk) = inside.chunk().await {
            content.extend_from_slice(&chunk.unwrap());
        }
        assert_eq!(content, b"abc");
        assert_eq!(http_body::Body::is_end_stream(&inside), !has_trailers);
        let sums = inside.take_trailers().map(|fields| fields.get_all("sum").iter().count());
        assert_eq!(sums, has_trailers.then_some(2));
        assert_eq!(inside.take_trailers(), None, "a second time");

        let outside = collected(body::inward(frames(has_trailers))).await;
        assert_eq!(outside, (b"abc".to_vec(), has_trailers.then_some(2)));
    }
}

/// What others see of a body, with how many sums stand behind it.
async fn collected(body: Body) -> (Vec<u8>, Option<usize>) {
    let collected = BodyExt::collect(body).await.unwrap();
    let sums = collected.trailers().map(|fields| fields.get_all("sum").iter().count());
    (collected.to_bytes().to_vec(), sums)
}

#[tokio::test]
async fn a_service_that_knows_its_prefix_sees_the_whole_path() {
    let told = service_fn(|request: http::Request<Body>| async move {
        Ok::<_, Infallible>(http::Response::new(Body::from(
            request.uri().path_and_query().unwrap().to_string(),
        )))
    });
    let server = Server::new(Routes::<()>::EMPTY)
        .mount("/whole.Path", mount(told).whole_path())
        .mount("/below", mount(told));
    let client = Client::from(server);
    for (target, expected) in [("/whole.Path/Do?a", "/whole.Path/Do?a"), ("/below/Do?a", "/Do?a")] {
        assert_eq!(client.get(target).await.text(), expected);
    }
}
