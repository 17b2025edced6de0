//! Extractors: what a handler's arguments are made from.
//!
//! One trait, [`FromRequest`], and a file for each type that implements it. Nothing here knows of sockets.

mod accept;
pub(crate) mod argument;
pub(crate) mod base64;
mod basic_auth;
mod bearer;
mod body;
mod bytes;
mod client_addr;
#[cfg(feature = "tls")]
mod client_certificate;
mod conditions;
mod content_type;
#[cfg(feature = "cookies")]
mod cookies;
mod counters;
mod credentials;
mod de;
mod form;
pub(crate) mod function;
mod head;
mod if_match;
mod if_modified_since;
mod json;
mod json_path;
mod last_event_id;
mod matched_route;
mod media_type;
mod multipart;
mod number;
pub(crate) mod param;
mod path;
mod query;
mod range;
pub mod rejection;
mod request;
mod request_id;
pub(crate) mod serde_bounds;
#[cfg(feature = "sessions")]
mod session;
mod shutdown;
mod site_origin;
pub(crate) mod state;
mod text;
mod trace_context;
mod typed_header;
mod user_agent;
#[cfg(feature = "validation")]
pub(crate) mod valid;

use crate::http::Request;
use crate::respond::IntoResponse;

pub use accept::AcceptLanguage;
pub use basic_auth::BasicAuth;
pub use bearer::Bearer;
pub use client_addr::ClientAddr;
#[cfg(feature = "tls")]
pub use client_certificate::ClientCertificate;
pub use conditions::Conditions;
pub use content_type::ContentType;
#[cfg(feature = "cookies")]
pub use cookies::Cookies;
#[cfg(all(feature = "cookies", any(test, feature = "__properties")))]
pub use cookies::cookies;
#[cfg(feature = "cookies-signed")]
pub use cookies::{CookieKey, CookieKeyError, PrivateCookies, SignedCookies};
#[cfg(any(test, feature = "__properties"))]
pub use de::{form, percent, query};
pub use form::Form;
pub use function::Rejected;
pub use if_match::{IfMatch, IfNoneMatch};
pub use if_modified_since::{IfModifiedSince, IfUnmodifiedSince};
pub use json::Json;
pub use last_event_id::LastEventId;
pub use matched_route::MatchedRoute;
pub use multipart::{Multipart, MultipartForm, Part, PartLimits, UploadedFile};
pub use param::{FromParam, IntoParam, ParamError, Parsed};
pub use path::Path;
pub use query::Query;
pub use range::Range;
#[cfg(any(test, feature = "__properties"))]
pub use range::range;
#[cfg(all(feature = "sessions", feature = "redis"))]
pub use session::RedisStore;
#[cfg(feature = "sessions")]
pub use session::{MemoryStore, SavedSession, Session, SessionStore, Sessions};
pub use site_origin::SiteOrigin;
pub use state::State;
pub use typed_header::{Header, HeaderFault, TypedHeader};
pub use user_agent::UserAgent;
#[cfg(feature = "validation")]
pub use valid::{Valid, Validated};

/// A type that a handler, a middleware or another extractor can take as an argument.
///
/// Implement it generically over the state, or with `#[extractor]` out of other extractors. A type that is made for
/// one state alone needs `state = App` in the `#[route]` of each handler that takes it.
///
/// `Option<T>` is `None` where `T` is refused; `Result<T, T::Rejection>` gives the handler the reason.
///
/// ```
/// use server::{FromRequest, Problem, Request, StatusCode, get};
///
/// struct Tenant(String);
///
/// impl<S: Sync> FromRequest<S> for Tenant {
///     type Rejection = Problem;
///
///     async fn from_request(request: &mut Request, _: &S) -> Result<Self, Problem> {
///         let tenant = request.header("x-tenant");
///         tenant.map(|name| Self(name.to_owned())).ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST))
///     }
/// }
///
/// #[get("/")]
/// async fn index(tenant: Tenant) -> String {
///     tenant.0
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler: take `Json<T>`, `Query<T>` or `State<T>`, say, or write an `#[extractor]` that makes it",
    label = "no extractor makes a `{Self}`",
    note = "take it from the path by naming the argument like a `:param` of the pattern, or through an extractor: \
            `Json<T>`, `Query<T>`, `Form<T>`, `State<T>`, ...",
    note = "to make it an extractor, write an `#[extractor]` function that returns it, or implement `FromRequest` for \
            it, for every state `S`; for one state alone, add `state = ...` to the route"
)]
pub trait FromRequest<S>: Sized + Send {
    /// Whether this takes the request's body, of which there is one: two such arguments are a compile error.
    const TAKES_BODY: bool = false;

    /// Whether the future of [`from_request`](Self::from_request) awaits nothing, so that it is ready when it is first
    /// polled, whatever the request.
    ///
    /// A handler that awaits nothing itself, and whose extractors all say so, is run without a box for its future. Say
    /// `true` of what is made from the request's head and the state alone. Where that was wrong, the request is
    /// answered with 500.
    const READY: bool = false;

    /// The answer to a request that this cannot be made from.
    type Rejection: IntoResponse + Send;

    /// Makes the value, or the rejection that the client is sent.
    fn from_request(
        request: &mut Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, Self::Rejection>> + Send;
}

/// A state that holds a `T`; `#[derive(server::State)]` implements it for each field's type.
///
/// ```
/// use server::Provides;
///
/// #[derive(server::State)]
/// struct App {
///     name: String,
/// }
///
/// let app = App { name: "library".to_owned() };
/// let name: &String = app.provide();
/// assert_eq!(name, "library");
/// ```
#[diagnostic::on_unimplemented(
    message = "the state `{Self}` does not hold a `{T}`: derive `server::State` for it, with a field of this type",
    label = "a handler, extractor or middleware used here asks for `State<{T}>`",
    note = "add a field of type `{T}` to `{Self}`, which derives `server::State`; or name the state in the table's \
            type, as in `const ROUTES: Routes<App>`"
)]
pub trait Provides<T> {
    /// The value, to be cloned into [`State`](struct@crate::State).
    fn provide(&self) -> &T;
}

impl<S: Sync, T: FromRequest<S>> FromRequest<S> for Option<T> {
    const TAKES_BODY: bool = T::TAKES_BODY;
    const READY: bool = T::READY;
    type Rejection = std::convert::Infallible;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, Self::Rejection> {
        Ok(T::from_request(request, state).await.ok())
    }
}

impl<S: Sync, T: FromRequest<S, Rejection = R>, R: IntoResponse + Send> FromRequest<S> for Result<T, R> {
    const TAKES_BODY: bool = T::TAKES_BODY;
    const READY: bool = T::READY;
    type Rejection = std::convert::Infallible;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, Self::Rejection> {
        Ok(T::from_request(request, state).await)
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn an_optional_body_is_a_body() {
        const fn takes_body<T: FromRequest<()>>() -> bool {
            T::TAKES_BODY
        }
        assert!(takes_body::<Option<Json<u8>>>() && takes_body::<Result<String, rejection::TextRejection>>());
        assert!(!takes_body::<Option<Query<()>>>() && !takes_body::<Option<ClientAddr>>());
    }

    #[tokio::test]
    async fn none_where_it_is_refused_and_the_reason_where_it_is_asked_for() {
        let mut request = Request::new(Method::POST, "/");
        let Ok(none) = Option::<Json<u8>>::from_request(&mut request, &()).await;
        assert_eq!(none, None);
        let Ok(refused) = Result::<Json<u8>, rejection::JsonRejection>::from_request(&mut request, &()).await;
        assert_eq!(refused.unwrap_err().status(), 415);
        let Ok(some) = Option::<String>::from_request(&mut request, &()).await;
        assert_eq!(some.as_deref(), Some(""));
    }
}
