//! Ours with one layer of the box around everything, or with the whole stack: the variable `LAYER` names it.
//!
//! What a layer costs is the difference to `LAYER=bare`, asked for the same.

use std::time::Duration;

use contract::{Order, PLAINTEXT};
use server::layers::{
    Compression, ConcurrencyLimit, Cors, Csrf, Decompression, HttpsRedirect, NormalPath, Quota, RateLimit,
    RequireBasic, RequireBearer, SecurityHeaders, SharedCache, TimeLimit,
};
use server::{
    AccessLog, Health, Json, MemoryStore, Metrics, Next, Request, Response, Routes, Runtime, SavedSession,
    Server, Session, Sessions, Settings, StaticFiles, get, middleware, post, routes,
};

const ROUTES: Routes<App> = routes![plaintext, orders, echo, kept, session, new_session];

const CORS: Cors = Cors::new().origins(&["https://app.example.org"]);

/// As many as there can be, so that nobody is refused and what is left has as many digits all the time.
const QUOTAS: &[Quota] = &[Quota::new("client", 1_000_000_000, Duration::from_secs(1_000))];

static CACHE: SharedCache = SharedCache::new();

#[derive(server::State, Clone)]
struct App {
    sessions: Sessions,
}

type Bare = Server<App>;

#[server::main]
async fn main() -> server::Result {
    let layer = std::env::var("LAYER").unwrap_or_else(|_| "bare".to_owned());
    let address = contract::address();
    let mut settings = Settings::default();
    if ["access-log", "service"].contains(&layer.as_str()) {
        settings.access_log = AccessLog::Json;
    }
    let server = Server::new(ROUTES)
        .settings(settings)
        .host(address.ip())
        .port(address.port())
        .workers(contract::workers())
        .runtime(Runtime::PerCore);
    let app = App { sessions: Sessions::new(MemoryStore::new(10_000)) };
    layered(server, &layer).state(app).run().await
}

/// Puts what is named around the server.
fn layered(server: Bare, layer: &str) -> Bare {
    match layer {
        "bare" | "access-log" | "shared-cache" | "session" => server,
        "empty" => server.with(empty),
        "cors" => server.with(CORS),
        "rate-limit" => server.with(RateLimit::by_client(QUOTAS)),
        "concurrency-limit" => server.with(ConcurrencyLimit::new(1_000)),
        "time-limit" => server.with(TimeLimit::new(Duration::from_secs(30))),
        "security-headers" => server.with(SecurityHeaders::new()),
        "csrf" => server.with(Csrf::new()),
        "compression" => server.with(Compression::new()),
        "decompression" => server.with(Decompression::new()),
        "basic" => server.with(RequireBasic::users(&[("ada", "1815")])),
        "bearer" => server.with(RequireBearer::by(&|sent| sent.is("0123456789abcdef"))),
        "https-redirect" => server.with(HttpsRedirect::new()),
        "normal-path" => server.with(NormalPath),
        "metrics" => server.metrics(Metrics::new()),
        "health" => server.health(Health::new()),
        "files" => match contract::files() {
            Some(folder) => server.mount("/files", StaticFiles::new(folder)),
            None => server,
        },
        "production" => server.production(),
        "service" => server
            .production()
            .with(CORS)
            .with(RateLimit::by_client(QUOTAS))
            .metrics(Metrics::new())
            .health(Health::new()),
        other => panic!("there is no layer `{other}`"),
    }
}

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

/// Eight KiB of JSON, made anew for each request.
#[get("/orders")]
async fn orders() -> Json<Vec<Order>> {
    Json(Order::examples())
}

#[post("/echo")]
async fn echo(order: Json<Order>) -> Json<Order> {
    order
}

/// What may be kept; it says that it is old already, so that its age has as many digits all the time.
#[get("/kept", with = [CACHE])]
async fn kept() -> Response {
    Response::ok().header("cache-control", "public, max-age=31536000").header("age", "1000").text(PLAINTEXT)
}

/// Reads the client's session.
#[get("/session")]
async fn session(session: Session) -> &'static str {
    let name: Option<String> = session.get("name");
    if name.is_some() { PLAINTEXT } else { "nobody" }
}

/// Begins one.
#[get("/session/new")]
async fn new_session(mut session: Session) -> server::Result<(SavedSession, &'static str)> {
    session.insert("name", "Ada")?;
    Ok((session.save().await?, PLAINTEXT))
}

/// Does nothing.
#[middleware]
async fn empty(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}
