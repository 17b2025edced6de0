//! What `#[extractor]` makes of a function: its rejection, and the value kept for the rest of the request.

use std::any::Any;
use std::error::Error;
use std::fmt;

use crate::http::{Request, Response};
use crate::respond::IntoResponse;

/// Why an `#[extractor]` function that takes extractors itself gave no value.
///
/// It answers with what refused the request, an argument or the function. A handler takes it apart with
/// `Result<User, Rejected<ApiError>>`.
///
/// ```
/// use server::{Problem, Query, Rejected, StatusCode, extractor, get};
///
/// struct Page(u32);
///
/// #[extractor]
/// async fn page(query: Query<Vec<(String, u32)>>) -> Result<Page, Problem> {
///     let (_, page) = query.0.first().ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST))?;
///     Ok(Page(*page))
/// }
///
/// #[get("/posts")]
/// async fn posts(page: Result<Page, Rejected<Problem>>) -> String {
///     match page {
///         Ok(Page(number)) => format!("page {number}"),
///         Err(Rejected::Argument(_)) => "no numbers".to_owned(),
///         Err(Rejected::Function(_)) => "no page".to_owned(),
///     }
/// }
/// ```
#[derive(Debug)]
pub enum Rejected<E> {
    /// An argument of the function could not be made; this is its answer.
    Argument(Response),
    /// The function itself returned an error.
    Function(E),
}

impl<E: IntoResponse> IntoResponse for Rejected<E> {
    fn into_response(self) -> Response {
        match self {
            Self::Argument(response) => response,
            Self::Function(error) => error.into_response(),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Rejected<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(response) => write!(f, "an extractor refused the request: {}", response.status()),
            Self::Function(error) => error.fmt(f),
        }
    }
}

impl<E: Error> Error for Rejected<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Argument(_) => None,
            Self::Function(error) => error.source(),
        }
    }
}

/// A `Result`, whatever its alias is called.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Result`: give a type that is none another name",
    label = "an extractor returns its type, or a `Result` with it",
    note = "`#[extractor]` takes a type called `...Result<T>` for an alias of `Result`: give it another name"
)]
pub trait Outcome {
    /// The type of its error.
    type Error;
}

impl<T, E> Outcome for Result<T, E> {
    type Error = E;
}

/// Where `#[extractor(cached)]` keeps its value: among the request's extensions, out of reach of other types.
///
/// The bounds stand on [`cache`] alone, so that a type that cannot be kept is told once.
pub struct Cache<T> {
    get: fn(&Request) -> Option<T>,
    put: fn(&mut Request, &T),
}

#[derive(Clone)]
struct Cached<T>(T);

/// The cache of the values of type `T`, one in each request.
pub fn cache<T: Clone + Send + Sync + Any>() -> Cache<T> {
    Cache {
        get: |request| request.extensions()?.get::<Cached<T>>().map(|cached| cached.0.clone()),
        put: |request, value| {
            request.extensions_mut().insert(Cached(value.clone()));
        },
    }
}

impl<T> Cache<T> {
    /// The value, where one was put in before.
    pub fn get(&self, request: &Request) -> Option<T> {
        (self.get)(request)
    }

    /// Keeps a clone of `value` as long as the request lives.
    pub fn put(&self, request: &mut Request, value: &T) {
        (self.put)(request, value);
    }
}

impl<T> fmt::Debug for Cache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}
