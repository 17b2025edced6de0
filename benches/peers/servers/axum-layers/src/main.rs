//! axum with one layer of tower-http's around everything, or with a stack of them: the variable `LAYER` names it.
//!
//! Layers are as their crates' documentation has them, and do what ours of the same name does, as far as there is one.

mod stack;

use std::net::SocketAddr;

use axum::extract::Request;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router, ServiceExt};
use contract::{Order, PLAINTEXT};
use tower_http::normalize_path::NormalizePath;
use tower_http::services::ServeDir;

fn main() -> std::io::Result<()> {
    let layer = std::env::var("LAYER").unwrap_or_else(|_| "bare".to_owned());
    // What is written is written by a thread of its own, as ours does.
    let (_guard, lines) = match layer.as_str() {
        "access-log" | "service" => {
            let (lines, guard) = tracing_appender::non_blocking(std::io::stdout());
            (Some(guard), Some(lines))
        }
        _ => (None, None),
    };
    if let Some(lines) = lines {
        tracing_subscriber::fmt().json().with_writer(lines).init();
    }
    percore::shared(serve(layer))
}

async fn serve(layer: String) -> std::io::Result<()> {
    let routes = Router::new()
        .route("/plaintext", get(async || PLAINTEXT))
        .route("/orders", get(async || Json(Order::examples())))
        .route("/echo", post(async |Json(order): Json<Order>| Json(order)));
    let routes = match contract::files() {
        Some(folder) if layer == "files" => routes.nest_service("/files", ServeDir::new(folder)),
        _ => routes,
    };
    let listener = tokio::net::TcpListener::bind(contract::address()).await?.tap_io(|stream| {
        // Without it an answer waits for the one before to be acknowledged.
        let _ = stream.set_nodelay(true);
    });
    let app = stack::around(routes, &layer);
    match layer.as_str() {
        // It stands outside of the routes, as what it changes says which one answers.
        "normal-path" | "production" | "service" => {
            let app = NormalizePath::trim_trailing_slash(app);
            let app = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(app);
            axum::serve(listener, app).await
        }
        "rate-limit" => axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await,
        _ => axum::serve(listener, app).await,
    }
}
