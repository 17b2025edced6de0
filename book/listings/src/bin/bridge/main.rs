//! Layers and services of tower, and a server as one.

// ANCHOR: bridge
use std::convert::Infallible;

use server::tower::{Extension, layer, mount};
use server::{Body, HeaderValue, Routes, Server, get, header, routes};
use tower::service_fn;
use tower_http::add_extension::AddExtensionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// What a layer attaches to each request.
#[derive(Clone)]
struct Tenant(&'static str);

#[get("/tenant")]
async fn tenant(Extension(tenant): Extension<Tenant>) -> &'static str {
    tenant.0
}

/// A service of tower: any framework's router is one.
async fn legacy(request: http::Request<Body>) -> Result<http::Response<Body>, Infallible> {
    Ok(http::Response::new(Body::from(format!("legacy {}\n", request.uri()))))
}

fn server() -> Server {
    let stamp = SetResponseHeaderLayer::overriding(header::SERVER, HeaderValue::from_static("acme"));
    Server::new(ROUTES)
        .with(layer(stamp))
        .with(layer(AddExtensionLayer::new(Tenant("acme\n"))))
        .mount("/old", mount(service_fn(legacy)))
}
// ANCHOR_END: bridge

// ANCHOR: route
use std::sync::LazyLock;
use std::time::Duration;

use server::StatusCode;
use server::tower::{Inner, TowerLayer};
use tower_http::timeout::{Timeout, TimeoutLayer};

/// Half a second, and then a 504.
static BRIEF: LazyLock<TowerLayer<Timeout<Inner>>> = LazyLock::new(|| {
    layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(500)))
});

#[get("/report", with = [BRIEF])]
async fn report() -> &'static str {
    tokio::time::sleep(Duration::from_secs(60)).await;
    "all is well\n"
}
// ANCHOR_END: route

const ROUTES: Routes = routes![tenant, report];

#[server::main]
async fn main() -> server::Result {
    server().run().await
}

#[cfg(test)]
mod tests {
    use server::testing::Client;
    use tower::ServiceExt;

    use super::*;

    #[server::test]
    async fn layers_and_services_stand_in_their_places() {
        let client = Client::from(server());
        let response = client.get("/tenant").await;
        assert_eq!((response.text(), response.header("server")), ("acme\n", Some("acme")));
        let response = client.get("/old/a?b").await;
        assert_eq!((response.text(), response.header("server")), ("legacy /a?b\n", Some("acme")));
        let response = client.get("/report").await;
        assert_eq!((response.status().as_u16(), response.header("server")), (504, Some("acme")));
    }

    // ANCHOR: service
    #[server::test]
    async fn a_server_is_a_service() {
        let request = http::Request::get("/tenant").body(Body::empty()).unwrap();
        let response = server().into_service().oneshot(request).await.unwrap();
        assert_eq!(response.into_body().collect(100).await.unwrap(), "acme\n");
    }
    // ANCHOR_END: service
}
