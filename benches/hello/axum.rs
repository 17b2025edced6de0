//! `examples/hello` with axum.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;

async fn index() -> &'static str {
    "Hello, world!\n"
}

async fn hello(Path(name): Path<String>) -> String {
    format!("Hello, {name}!\n")
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/", get(index)).route("/hello/{name}", get(hello));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, app).await
}
