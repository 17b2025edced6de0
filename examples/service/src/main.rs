//! A whole service: all of the box, set by one YAML file, with a page that shows its own metrics and health.

mod config;
mod notes;
mod numbers;

use server::layers::SharedCache;
use server::{
    Cache, ETag, Health, HealthCheck, Json, Metrics, Routes, Server, State, StatusCode, delete, get, post,
    routes,
};

use config::{ADMIN, CORS, Config};
use notes::{Full, Note, Notes};
use numbers::TooLarge;

// ANCHOR: table
/// Answers that are made once and given to many.
static CACHE: SharedCache = SharedCache::new();

const ROUTES: Routes<App> = routes![
    "/api" with [CORS] => [
        with [CACHE] => [factors],
        list_notes,
        add_note,
        with [ADMIN] => [clear_notes],
    ],
];
// ANCHOR_END: table

/// What the handlers and checks share.
#[derive(server::State, Clone)]
struct App {
    config: &'static Config,
    notes: Notes,
}

// ANCHOR: main
#[server::main]
async fn main() -> server::Result {
    let server = Server::new(ROUTES).config_file("service.yaml");
    let (server, config) = server.configured::<Config>()?;
    let config = config.publish();
    let app = App { config, notes: Notes::with_room_for(config.notes.most) };
    server
        .production()
        .with(config.rate_limit()?)
        .with(config.concurrency_limit())
        .mount("/", server::embed!("public"))
        .state(app)
        .health(health(config))
        .metrics(Metrics::new().cache("factors", &CACHE))
        .run()
        .await
}

/// Ready as long as there is room for another note.
fn health(config: &Config) -> Health<App> {
    let room = HealthCheck::new("room for notes", async |app: &App| Ok(app.notes.have_room()?));
    Health::new().interval(config.health_interval).add_check(room)
}
// ANCHOR_END: main

/// The prime factors of a number, the smallest first. A plain function, as it computes: it runs on the thread pool.
#[get("/factors/:number")]
fn factors(number: u64, config: State<&'static Config>) -> Result<(Cache, ETag, Json<Vec<u64>>), TooLarge> {
    let found = numbers::prime_factors(number)?;
    let cache = Cache::public(config.factors.keep).stale_while_revalidate(config.factors.keep_stale);
    Ok((cache, ETag::strong(number), Json(found)))
}

/// All notes.
#[get("/notes")]
async fn list_notes(notes: State<Notes>) -> Json<Vec<Note>> {
    Json(notes.all())
}

/// Keeps one more.
#[post("/notes")]
async fn add_note(note: Json<Note>, notes: State<Notes>) -> Result<StatusCode, Full> {
    notes.add(note.0)?;
    Ok(StatusCode::CREATED)
}

/// Removes all, for who has the token.
#[delete("/notes")]
async fn clear_notes(notes: State<Notes>) -> String {
    format!("{} notes removed\n", notes.clear())
}
