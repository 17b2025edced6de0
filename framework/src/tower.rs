//! The bridge to tower: its layers as middleware, its services as mounts, and a server as a service.
//!
//! What crosses it is a [`Request`](::http::Request) and a [`Response`](::http::Response) of the `http` crate, with a
//! [`Body`](crate::Body) that is an [`http_body::Body`]. Each crossing builds the map of the fields; a route without a
//! layer of tower around it pays nothing.
//!
//! ```
//! use server::tower::layer;
//! use server::{Routes, Server, get, routes};
//! use tower_http::set_header::SetResponseHeaderLayer;
//!
//! #[get("/")]
//! async fn index() -> &'static str {
//!     "Hello"
//! }
//!
//! const ROUTES: Routes = routes![index];
//!
//! let stamp = SetResponseHeaderLayer::overriding(
//!     server::header::SERVER,
//!     server::HeaderValue::from_static("fingerpost"),
//! );
//! let server = Server::new(ROUTES).with(layer(stamp));
//! ```

mod body;
mod convert;
mod extension;
mod layer;
mod mount;
mod service;

#[cfg(test)]
mod tests;

pub use extension::{Extension, ExtensionRejection};
pub use layer::{Inner, InnerFuture, TowerLayer, layer};
pub use mount::{TowerMount, mount};
pub use service::AppService;
