//! The derives.

/// Makes each field's type available to handlers as [`State<T>`](struct@crate::State).
///
/// ```
/// use server::{State, get};
///
/// #[derive(Clone)]
/// struct Mailer;
///
/// #[derive(server::State)]
/// struct App {
///     mailer: Mailer,
///     name: String,
///     #[state(skip)]
///     secret: String,
/// }
///
/// #[get("/name")]
/// async fn name(name: State<String>) -> String {
///     name.0
/// }
/// ```
///
/// The struct itself can be asked for as well, where it is `Clone`. A field marked `#[state(skip)]` is not given out.
/// Two fields of one type are a compile error, unless all but one are skipped: wrap the others in types of their own.
/// Types are compared as they are written, so an alias beside its type is told by rustc, as two conflicting
/// implementations of [`Provides`](crate::Provides).
pub use fingerpost_macros::State;

/// Makes an enum the errors of an API: each variant with its status, as a problem document (RFC 9457).
///
/// ```
/// use server::{HttpError, IntoResponse};
///
/// #[derive(Debug, HttpError)]
/// enum ApiError {
///     #[status(404)]
///     #[detail("user {0} does not exist")]
///     NoSuchUser(u64),
///
///     #[status(CONFLICT)]
///     #[title("Name taken")]
///     #[http_error(type = "https://example.org/problems/name-taken")]
///     NameTaken { name: String },
///
///     #[status(500)]
///     Storage(#[from] std::io::Error),
/// }
///
/// assert_eq!(ApiError::NoSuchUser(7).into_response().status(), 404);
/// assert_eq!(ApiError::NoSuchUser(7).to_string(), "user 7 does not exist");
/// ```
///
/// It implements [`IntoResponse`](crate::IntoResponse), `From<ApiError> for` [`Problem`](crate::Problem),
/// `Display` and [`std::error::Error`]; `Debug` is yours to derive. A struct has the same attributes over itself.
///
/// # Over a variant
///
/// - `#[status(404)]` or `#[status(NOT_FOUND)]`, from 400 to 599. Each variant has one.
/// - `#[title("…")]` names the kind of problem; the status's reason phrase where it is left out.
/// - `#[detail("…")]` tells the client what was wrong this time. It names fields in braces, `{0}` or `{name}`, with the
///   format options of `format!`; each must be `Display`, or what the options ask for.
/// - `#[http_error(type = "https://…")]` is the URI of the kind of problem.
///
/// `Display` is the detail; the title where there is none; else the reason phrase.
///
/// # Over a field
///
/// - `#[source]`: this is the cause, an error or a [`server::Error`](crate::Error). The log gets it, the client does
///   not: naming it in the detail of a 5xx is a compile error.
/// - `#[from]`: the same, and `?` makes the variant of it. It is the variant's only field.
/// - `#[member]`: the problem has the field's value, written by serde, as a member of the field's name (RFC 9457 §3.2), so
///   that programs need not read the detail. `#[member("name")]` gives it another one.
///
/// # Beside another derive
///
/// Where `Display` and `Error` come from elsewhere, from `thiserror` say, `#[http_error(response_only)]` over the enum
/// leaves them and `From` out. The log then gets the whole error, for each 5xx and each variant with a cause; the
/// client gets title and detail as before, and none of the other's text.
pub use fingerpost_macros::HttpError;
