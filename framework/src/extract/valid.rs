//! [`Valid`]: an extractor's value, once what its type says of its fields holds. Behind the feature `validation`.

use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};

use garde::{Report, Validate};
use http::StatusCode;
use serde_json::{Value, json};

use super::de::bounded;
use super::{Form, FromRequest, Json, MultipartForm, Path, Query};
use crate::http::{Request, Response};
use crate::respond::{IntoResponse, Problem};

/// The most faults that are told at once: a list of many elements may have many.
const MAX_FAULTS: usize = 100;
/// The most characters of a fault's path, and of its text, that are told; both may quote what the client sent.
const TEXT_CHARS: usize = 256;

/// Takes what `T` takes, [`Json`], [`Form`], [`Query`], [`Path`] or [`MultipartForm`], and holds it against the rules
/// that its type has by `#[derive(garde::Validate)]`.
///
/// ```
/// use garde::Validate;
/// use serde::Deserialize;
/// use server::{Json, Valid, post};
///
/// #[derive(Deserialize, Validate)]
/// struct NewUser {
///     #[garde(length(chars, min = 1, max = 64))]
///     name: String,
///     #[garde(range(min = 18))]
///     age: u8,
/// }
///
/// #[post("/users")]
/// async fn create(Valid(Json(user)): Valid<Json<NewUser>>) -> String {
///     format!("hello, {}", user.name)
/// }
/// ```
///
/// Refuses what `T` refuses, and with 422 a value that breaks a rule: each fault is in the problem's `errors`, with
/// the path to its field. At most 100 are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valid<T>(pub T);

/// An extractor that has a value to validate inside.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has nothing to validate: write `Valid<Json<T>>`, say, where `T` derives `garde::Validate`",
    label = "`Valid` goes around `Json`, `Form`, `Query`, `Path` or `MultipartForm`",
    note = "write `Valid<Json<T>>`, where `T` derives `garde::Validate`"
)]
pub trait Validated {
    /// The type with the rules.
    type Value: Validate;

    /// The value.
    fn value(&self) -> &Self::Value;
}

macro_rules! validated {
    ($($extractor:ident),+) => {$(
        impl<T: Validate> Validated for $extractor<T> {
            type Value = T;

            fn value(&self) -> &T {
                &self.0
            }
        }
    )+};
}

validated!(Json, Form, Query, Path, MultipartForm);

impl<T: Validated<Value: Validate<Context: Default>>> Valid<T> {
    /// Holds a value against its rules, and gives it back where it breaks some: for a page that shows a form again, with
    /// what was typed and what is wrong with it.
    ///
    /// ```
    /// use garde::Validate;
    /// use serde::Deserialize;
    /// use server::{Form, Html, IntoResponse, Redirect, Response, Valid, post};
    ///
    /// #[derive(Deserialize, Validate)]
    /// struct Subscription {
    ///     #[garde(email)]
    ///     email: String,
    /// }
    ///
    /// #[post("/subscriptions")]
    /// async fn subscribe(form: Form<Subscription>) -> Response {
    ///     match Valid::check(form) {
    ///         Ok(_) => Redirect::see_other("/thanks").into_response(),
    ///         // A page of yours shows `form.email`, escaped, and each fault beside its field.
    ///         Err((_form, faults)) => (server::StatusCode::UNPROCESSABLE_ENTITY, Html(faults.to_string())).into_response(),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The value, with the [`Faults`] that were found.
    pub fn check(value: T) -> Result<Self, (T, Faults)> {
        match value.value().validate() {
            Ok(()) => Ok(Self(value)),
            Err(report) => Err((value, Faults(report))),
        }
    }
}

/// All that [`Valid`] asks of an extractor, in one bound: a type that lacks several things is told of once.
#[diagnostic::on_unimplemented(
    message = "`Valid<{Self}>` cannot be an argument of a handler: write `Valid<Json<T>>`, say, where `T` derives `garde::Validate`",
    label = "`Valid` goes around `Json`, `Form`, `Query`, `Path` or `MultipartForm` of a type with rules",
    note = "write `Valid<Json<T>>`, where `T` derives `serde::Deserialize` and `garde::Validate`"
)]
pub trait Validates<S>: FromRequest<S> + Validated<Value: Validate<Context: Default>> {}

#[diagnostic::do_not_recommend]
impl<S, T: FromRequest<S> + Validated<Value: Validate<Context: Default>>> Validates<S> for T {}

impl<S, T> FromRequest<S> for Valid<T>
where
    S: Sync,
    T: Validates<S>,
{
    const TAKES_BODY: bool = T::TAKES_BODY;
    const READY: bool = T::READY;
    type Rejection = ValidRejection<T::Rejection>;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, Self::Rejection> {
        let extracted = T::from_request(request, state).await.map_err(ValidRejection::Refused)?;
        Self::check(extracted).map_err(|(_, faults)| ValidRejection::Invalid(faults))
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Valid<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Why there is no valid value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ValidRejection<R> {
    /// There is no value at all, for the reason that its extractor gives.
    Refused(R),
    /// The value breaks rules; 422.
    Invalid(Faults),
}

/// The rules that a value breaks; one at least.
#[derive(Clone, Debug)]
pub struct Faults(Report);

impl Faults {
    /// The path to each fault, such as `address.lines[2]`, and what is wrong, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().map(|(path, error)| (path.to_string(), error.message()))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (path, message)) in self.iter().take(MAX_FAULTS).enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            match path.is_empty() {
                true => write!(f, "{separator}{}", bounded(message, TEXT_CHARS))?,
                false => {
                    let (path, message) = (bounded(&path, TEXT_CHARS), bounded(message, TEXT_CHARS));
                    write!(f, "{separator}`{path}`: {message}")?;
                }
            }
        }
        Ok(())
    }
}

impl<R: fmt::Display> fmt::Display for ValidRejection<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(rejection) => rejection.fmt(f),
            Self::Invalid(faults) => write!(f, "invalid: {faults}"),
        }
    }
}

impl<R: Error> Error for ValidRejection<R> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(rejection) => rejection.source(),
            Self::Invalid(_) => None,
        }
    }
}

impl<R: IntoResponse> IntoResponse for ValidRejection<R> {
    fn into_response(self) -> Response {
        let faults = match self {
            Self::Refused(rejection) => return rejection.into_response(),
            Self::Invalid(faults) => faults,
        };
        let errors = faults.iter().take(MAX_FAULTS).map(|(path, message)| {
            json!({ "field": bounded(&path, TEXT_CHARS), "detail": bounded(message, TEXT_CHARS) })
        });
        let errors: Vec<Value> = errors.collect();
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY).detail(format!("invalid: {faults}"));
        problem.with("errors", errors).into_response()
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use http::{HeaderValue, Method};
    use serde::Deserialize;

    use super::*;
    use crate::http::{Body, RequestId};

    #[derive(Debug, Deserialize, Validate)]
    struct Order {
        #[garde(length(chars, min = 1, max = 8))]
        name: String,
        #[garde(range(min = 1))]
        count: u8,
        #[garde(dive)]
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize, Validate)]
    struct Line {
        #[garde(ascii)]
        text: String,
    }

    async fn json(body: &'static str) -> Result<Valid<Json<Order>>, Response> {
        let mut request = Request::new(Method::POST, "/?name=&count=0");
        request.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        request.set_body(Body::from(body));
        Valid::<Json<Order>>::from_request(&mut request, &()).await.map_err(ValidRejection::into_response)
    }

    #[tokio::test]
    async fn a_value_that_holds_the_rules_is_taken() {
        let valid = json(r#"{"name": "Ada", "count": 1, "lines": [{"text": "a"}]}"#).await.unwrap();
        assert_eq!((valid.name.as_str(), valid.count, valid.lines[0].text.as_str()), ("Ada", 1, "a"));
    }

    #[tokio::test]
    async fn every_broken_rule_is_told_with_its_path() {
        let body = r#"{"name": "", "count": 0, "lines": [{"text": "a"}, {"text": "é"}]}"#;
        let response = json(body).await.unwrap_err();
        assert_eq!(response.status(), 422);
        let document = response.problem_ref().unwrap().parsed_document(RequestId::generate());
        let fields: Vec<_> =
            document["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["count", "lines[1].text", "name"]);
        assert_eq!(document["errors"][0]["detail"], "lower than 1");
        assert!(document["detail"].as_str().unwrap().starts_with("invalid: `count`: lower than 1; "));
    }

    #[test]
    fn a_value_that_is_refused_comes_back() {
        let query = |text| Query::<Order>::parse(text).unwrap();
        assert_eq!(Valid::check(query("name=Ada&count=1")).unwrap().name, "Ada");
        let (kept, faults) = Valid::check(query("name=Ada&count=0")).unwrap_err();
        assert_eq!(kept.name, "Ada");
        assert_eq!(faults.iter().collect::<Vec<_>>(), [("count".to_owned(), "lower than 1")]);
    }

    #[tokio::test]
    async fn what_makes_no_value_is_refused_by_its_extractor() {
        assert_eq!(json(r#"{"name": 7}"#).await.unwrap_err().status(), 422);
        assert_eq!(json("{").await.unwrap_err().status(), 400);
        let mut request = Request::new(Method::GET, "/?name=&count=0");
        let refused = Valid::<Query<Order>>::from_request(&mut request, &()).await.unwrap_err();
        assert_eq!(refused.to_string(), "invalid: `count`: lower than 1; `name`: length is lower than 1");
        const { assert!(<Valid<Json<Order>> as FromRequest<()>>::TAKES_BODY) }
        const { assert!(!<Valid<Query<Order>> as FromRequest<()>>::TAKES_BODY) }
    }
}
