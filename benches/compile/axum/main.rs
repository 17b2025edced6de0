//! The router, and the server.

mod model;
mod rRESOURCE;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use model::Things;

#[derive(Clone)]
struct App {
    things: Things,
}

impl FromRef<App> for Things {
    fn from_ref(app: &App) -> Things {
        app.things.clone()
    }
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/rRESOURCE", get(rRESOURCE::list).post(rRESOURCE::create))
        .route("/rRESOURCE/{id}", get(rRESOURCE::show).put(rRESOURCE::update).delete(rRESOURCE::remove))
        .with_state(App { things: Things::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
