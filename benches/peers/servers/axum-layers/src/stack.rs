//! The layers, one by one and all together.

use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tower_http::validate_request::ValidateRequestHeaderLayer;

/// The same fields and values as ours sends.
const SECURITY_HEADERS: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("origin-agent-cluster", "?1"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()",
    ),
    ("x-frame-options", "DENY"),
    (
        "content-security-policy",
        "default-src 'self'; style-src 'self' 'sha256-nZH7m/ZdmP/+dqSelz6VHT1r6vjhL9jaY3fpXrNA+ik='; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
];

/// Puts what is named around the routes.
pub(crate) fn around(routes: Router, layer: &str) -> Router {
    match layer {
        "bare" | "normal-path" | "files" => routes,
        "empty" => routes.layer(from_fn(async |request: Request, next: Next| next.run(request).await)),
        "access-log" => access_log(routes),
        "cors" => cors(routes),
        "rate-limit" => rate_limit(routes),
        "concurrency-limit" => concurrency_limit(routes),
        "time-limit" => time_limit(routes),
        "security-headers" => security_headers(routes),
        "csrf" => routes.layer(CsrfLayer::new()),
        "compression" => routes.layer(CompressionLayer::new()),
        "decompression" => routes.layer(RequestDecompressionLayer::new()),
        "basic" => authorized(routes, "Basic YWRhOjE4MTU="),
        "bearer" => authorized(routes, "Bearer 0123456789abcdef"),
        "production" => production(routes),
        "service" => {
            let routes = production(cors(routes));
            let sensitive = SetSensitiveRequestHeadersLayer::new([AUTHORIZATION, COOKIE]);
            access_log(rate_limit(routes)).layer(sensitive)
        }
        other => panic!("there is no layer `{other}`"),
    }
}

/// What `Server::production` and the engine do, but for the paths.
fn production(routes: Router) -> Router {
    let routes = routes.layer(CompressionLayer::new());
    let routes =
        concurrency_limit(routes).layer(CsrfLayer::new()).layer(RequestBodyLimitLayer::new(2 * 1024 * 1024));
    security_headers(time_limit(routes)).layer(CatchPanicLayer::new())
}

fn access_log(routes: Router) -> Router {
    let span = |request: &axum::http::Request<_>| {
        let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
        let user_agent = request.headers().get("user-agent").and_then(|agent| agent.to_str().ok());
        tracing::info_span!("request", id, method = %request.method(), uri = %request.uri(), user_agent)
    };
    let trace = TraceLayer::new_for_http()
        .make_span_with(span)
        .on_response(DefaultOnResponse::new().level(tracing::Level::INFO));
    routes.layer(
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(trace)
            .layer(PropagateRequestIdLayer::x_request_id()),
    )
}

fn cors(routes: Router) -> Router {
    routes.layer(CorsLayer::new().allow_origin([HeaderValue::from_static("https://app.example.org")]))
}

fn rate_limit(routes: Router) -> Router {
    let config = GovernorConfigBuilder::default()
        .period(Duration::from_micros(1))
        .burst_size(1_000_000_000)
        .use_headers()
        .finish()
        .expect("neither is zero");
    routes.layer(GovernorLayer::new(config))
}

fn concurrency_limit(routes: Router) -> Router {
    routes.layer(
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(async |_| StatusCode::SERVICE_UNAVAILABLE))
            .layer(LoadShedLayer::new())
            .layer(GlobalConcurrencyLimitLayer::new(1_000)),
    )
}

fn time_limit(routes: Router) -> Router {
    let limit = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(30));
    routes.layer(limit)
}

/// What the one value of a field is compared with.
fn authorized(routes: Router, value: &str) -> Router {
    let layer = ValidateRequestHeaderLayer::has_header_value("authorization", value);
    routes.layer(layer.expect("it is a field's name"))
}

fn security_headers(routes: Router) -> Router {
    SECURITY_HEADERS.iter().fold(routes, |routes, (name, value)| {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        routes.layer(SetResponseHeaderLayer::if_not_present(name, value))
    })
}
