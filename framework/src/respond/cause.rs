//! What `#[derive(HttpError)]` makes of fields: the cause of an error, and members of its problem.

use std::error::Error as StdError;

use http::StatusCode;

use super::Problem;
use crate::error::Error;
use crate::extract::serde_bounds::Writable;

/// An error that another one has as its cause; every error is, and [`server::Error`](crate::Error).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the cause of an error: hold a type with `std::error::Error`, or a `server::Error`",
    label = "the field of a cause holds an error",
    note = "a boxed error is held as `server::Error`"
)]
pub trait Cause {
    /// The error to look at.
    fn as_cause(&self) -> &(dyn StdError + 'static);

    /// The error to keep for the log.
    fn into_cause(self) -> Box<dyn StdError + Send + Sync>;
}

impl<E: StdError + Send + Sync + 'static> Cause for E {
    fn as_cause(&self) -> &(dyn StdError + 'static) {
        self
    }

    fn into_cause(self) -> Box<dyn StdError + Send + Sync> {
        Box::new(self)
    }
}

impl Cause for Error {
    fn as_cause(&self) -> &(dyn StdError + 'static) {
        self.inner()
    }

    fn into_cause(self) -> Box<dyn StdError + Send + Sync> {
        self.into_inner()
    }
}

/// The problem with `value` as its member `name`; `null` where it cannot be written as JSON.
pub fn member<T: Writable + ?Sized>(problem: Problem, name: &str, value: &T) -> Problem {
    problem.with_json(name, serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()))
}

/// A status that has no name; from 400 to 599, as the macro has checked.
pub fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
