use serde::{Deserialize, Serialize};

use super::*;
use crate::{
    Body, Form, HeaderMap, HeaderValue, MultipartForm, Query, Request, Response, UploadedFile, get, post,
    put, route, routes,
};

#[derive(Debug, Serialize, Deserialize)]
struct Filter {
    q: String,
    #[serde(default)]
    tag: Vec<String>,
}

#[get("/search/:kind")]
async fn search(kind: &str, Query(filter): Query<Filter>) -> String {
    format!("{kind}: {} {:?}", filter.q, filter.tag)
}

#[post("/subscribe")]
async fn subscribe(Form(filter): Form<Filter>) -> String {
    format!("{} {:?}", filter.q, filter.tag)
}

#[put("/twice")]
async fn twice() {}

#[route(PATCH | POST, "/change/:id")]
async fn change(request: Request) -> String {
    format!("{} {}", request.method(), request.path())
}

#[post("/echo")]
async fn echo(body: Body) -> Response {
    Response::new(crate::StatusCode::OK).body(body).header("set-cookie", "id=0123456789abcdef; Path=/")
}

#[get("/cookies")]
async fn cookies(headers: HeaderMap) -> String {
    headers.get("cookie").map_or_else(String::new, |value| value.to_str().unwrap_or_default().to_owned())
}

#[derive(Deserialize)]
struct Upload {
    #[serde(rename = "a \"quoted\"\r\nname")]
    text: String,
    file: UploadedFile,
}

#[post("/upload")]
async fn upload(MultipartForm(upload): MultipartForm<Upload>) -> String {
    let Upload { text, file } = upload;
    format!("{text} {:?} {:?} {}", file.name(), file.content_type(), String::from_utf8_lossy(file.content()))
}

const ROUTES: Routes = routes![
    "/v1" => [search, subscribe, change, echo, cookies, upload],
    "/a" => [twice],
    "/b" => [twice],
];

fn filter() -> Filter {
    Filter { q: "a b&c".to_owned(), tag: vec!["é".to_owned(), "+".to_owned()] }
}

#[tokio::test]
async fn calls_routes_below_the_prefixes_of_the_table() {
    let client = Client::new(ROUTES);
    let expected = "book: a b&c [\"é\", \"+\"]";
    client.call(search::url("book").query(&filter())).await.assert_text(expected);
    client.get("/v1/search/book").query(&filter()).await.assert_text(expected);
    client.call(ROUTES.url(search::url("book").query(&filter())).unwrap()).await.assert_text(expected);
    client.call(change::url(7)).await.assert_text("PATCH /v1/change/7");
    let url = ROUTES.url(change::url(7)).unwrap();
    client.request(Method::POST, &url).await.assert_text("POST /v1/change/7");
}

#[get("/cookie")]
async fn keeps() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("set-cookie", "id=0123456789abcdef; Path=/")], "kept")
}

#[get("/half")]
async fn half() -> Body {
    Body::stream(|mut out| async move { out.send("half").await })
}

#[tokio::test]
#[should_panic(expected = "expected `set-cookie: id=1`, found `set-cookie: id=0123…; Path=/`")]
async fn shows_no_cookie_that_is_another() {
    Client::new(routes![keeps]).get("/cookie").await.assert_header("set-cookie", "id=1");
}

#[tokio::test]
#[should_panic(expected = "broke off after 4 bytes of content\n\nrequest:\n  GET /half HTTP/1.1")]
async fn shows_what_came_of_an_answer_that_broke_off() {
    Client::new(routes![half]).get("/half").await;
}

#[tokio::test]
#[should_panic(expected = "::twice` once in the table, found /a/twice and /b/twice")]
async fn does_not_guess_between_two_places() {
    client_call(Client::new(ROUTES), twice::url());
}

#[tokio::test]
#[should_panic(expected = "::twice` in the table, found no such route")]
async fn does_not_call_what_the_table_has_not() {
    client_call(Client::new(routes![search]), twice::url());
}

fn client_call(client: Client, url: RouteUrl) {
    drop(client.call(url));
}

#[tokio::test]
async fn sends_forms() {
    let client = Client::new(ROUTES);
    client.post("/v1/subscribe").form(&filter()).await.assert_text("a b&c [\"é\", \"+\"]");
    client.post("/v1/subscribe").form(&[("q", "x")]).await.assert_text("x []");
}

#[tokio::test]
async fn sends_files() {
    let form = FormData::new().text("a \"quoted\"\r\nname", "form-data-0\r\n--form-data-1").file(
        "file",
        "é\".txt",
        "text/plain",
        "--form-data-2--",
    );
    let response = Client::new(ROUTES).post("/v1/upload").multipart(form).await;
    response
        .assert_status(200)
        .assert_contains("form-data-0\r\n--form-data-1 ")
        .assert_contains("--form-data-2--");
    response.assert_contains("é\\\".txt").assert_contains("text/plain");
}

#[tokio::test]
async fn keeps_cookies_between_requests() {
    let client = Client::new(ROUTES);
    client.get("/v1/cookies").await.assert_text("");
    client.post("/v1/echo").await.assert_status(200);
    client.get("/v1/cookies?x").await.assert_text("id=0123456789abcdef");
    client.clone().get("/v1/cookies").await.assert_text("id=0123456789abcdef");
    client.get("/v1/cookies").header("cookie", "a=1").await.assert_text("a=1");
    client.another().get("/v1/cookies").await.assert_text("");
    assert_eq!(client.cookie("id").as_deref(), Some("0123456789abcdef"));
}

/// What a failed assertion says.
fn message(assertion: impl FnOnce()) -> String {
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(assertion)).expect_err("the assertion fails");
    *panic.downcast::<String>().expect("a message that was formatted")
}

#[tokio::test]
async fn failures_show_request_and_response() {
    let client = Client::new(ROUTES);
    client.post("/v1/echo").await;
    let request = client.post("/v1/echo").header("authorization", "Bearer 0123456789abcdef");
    let response = request.json(&["body"]).await;
    let text = message(|| {
        response.assert_status(201);
    });
    let (before, after) = text.split_once("\n\nresponse:\n").unwrap();
    assert_eq!(
        before,
        "expected the status 201, found 200 OK\n\nrequest:\n  POST /v1/echo HTTP/1.1\n  authorization: Bearer 0123…\n  \
         content-type: application/json\n  cookie: id=0123…\n  host: localhost\n  connection: close\n  \
         content-length: 8\n\n  [\"body\"]"
    );
    assert!(after.starts_with("  200 OK\n"), "{after}");
    assert!(after.contains("\n  set-cookie: id=0123…; Path=/\n"), "{after}");
    assert!(after.ends_with("\n\n  [\"body\"]"), "{after}");
}

#[tokio::test]
async fn every_assertion_says_what_it_found() {
    let response = Client::new(ROUTES).post("/v1/echo").json(&[1, 2]).await;
    response.assert_status(200).assert_text("[1,2]").assert_contains("1").assert_json(&[1, 2]);
    response.assert_header("set-cookie", "id=0123456789abcdef; Path=/");
    let check = |expected: &str, assertion: &dyn Fn()| {
        assert_eq!(message(assertion).lines().next(), Some(expected));
    };
    check("expected the body \"x\", found \"[1,2]\"", &|| drop(response.assert_text("x").clone()));
    check("expected a body with \"x\" in it, found none", &|| drop(response.assert_contains("x").clone()));
    check("expected the JSON [1], found [1,2]", &|| drop(response.assert_json(&[1]).clone()));
    check("expected `a: b`, found no such line in ASCII", &|| drop(response.assert_header("a", "b").clone()));
    let other = "expected `content-length: 1`, found `content-length: 5`";
    check(other, &|| drop(response.assert_header("content-length", "1").clone()));
    let no_text =
        "expected a body in JSON, found invalid type: sequence, expected a string at line 1 column 0";
    check(no_text, &|| drop(response.json::<String>()));
}

#[tokio::test]
async fn a_server_that_would_not_run_has_no_client() {
    use crate::layers::{SecurityHeaders, TimeLimit};
    let useless = message(|| {
        drop(Client::from(Server::new(ROUTES).with(TimeLimit::default()).with(SecurityHeaders::new())));
    });
    let expected = "the middleware around the server: `SecurityHeaders` stands inside of `TimeLimit`, ";
    assert!(useless.starts_with(expected), "{useless}");
}

#[get("/report")]
async fn report() -> Body {
    Body::stream(|mut out| async move {
        out.send("whole").await?;
        out.finish_with(HeaderMap::from_iter([(crate::header::ETAG, HeaderValue::from_static("\"5\""))]))
            .await
    })
}

#[tokio::test]
async fn shows_trailers() {
    let response = Client::new(routes![report]).get("/report").header("te", "trailers").await;
    assert_eq!((response.text(), response.trailers().len()), ("whole", 1));
    assert!(format!("{response:?}").ends_with("\n\nwhole\netag: \"5\""), "{response:?}");
    assert!(response.exchange().to_string().ends_with("\n\n  etag: \"5\""), "{}", response.exchange());
}

#[cfg(feature = "http2")]
mod over_http2 {
    use super::*;

    const MORE: Routes = routes![report, whole, host];

    #[post("/whole", body_limit = "4MiB")]
    async fn whole(body: Vec<u8>) -> Vec<u8> {
        body
    }

    #[get("/host")]
    async fn host(request: Request) -> String {
        format!("{:?} {:?} {:?}", request.version(), request.header("host"), request.header("x-one"))
    }

    #[tokio::test(start_paused = true)]
    async fn sends_and_reads_whole_messages() {
        let client = Client::new(MORE).http2();
        client.get("/host").await.assert_status(200).assert_text("HTTP/2.0 Some(\"localhost\") None");
        let response = client.get("/host").header("host", "a.test").header("x-one", "1").await;
        response.assert_text("HTTP/2.0 Some(\"a.test\") Some(\"1\")");
        // More than the windows are at first, in both directions.
        let body: Vec<u8> = (0..=250).cycle().take(3 << 20).collect();
        assert!(client.post("/whole").body(body.clone()).await.bytes() == body);
        client.head("/host").await.assert_status(200).assert_text("");
        client.get("/nowhere").await.assert_status(404);
    }

    #[tokio::test(start_paused = true)]
    async fn shows_trailers_and_early_answers() {
        let client = Client::new(MORE).http2();
        let response = client.get("/report").await;
        assert_eq!(
            (response.text(), &response.trailers()["etag"]),
            ("whole", &HeaderValue::from_static("\"5\""))
        );
        client.post("/whole").body(vec![0; 5 << 20]).await.assert_status(413);
        client.post("/host").body("x").await.assert_status(405).assert_header("allow", "GET, HEAD, OPTIONS");
    }

    #[tokio::test(start_paused = true)]
    async fn has_the_same_cookies() {
        let client = Client::new(ROUTES);
        client.http2().post("/v1/echo").body("x").await.assert_text("x");
        client.get("/v1/cookies").await.assert_text("id=0123456789abcdef");
        client.http2().get("/v1/cookies").await.assert_text("id=0123456789abcdef");
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "expected a response, found")]
    async fn says_what_cannot_be_sent() {
        Client::new(MORE).http2().get("/host").header("connection", "close").await;
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "request:\n  GET /nowhere HTTP/2.0\n  host: localhost\n\nresponse:\n  404")]
    async fn prints_what_was_sent() {
        Client::new(MORE).http2().get("/nowhere").await.assert_status(200);
    }
}
