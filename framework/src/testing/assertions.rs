//! What a test says of a response: assertions whose failures show the request and the whole response.

use std::fmt;

use http::StatusCode;
use serde_core::Serialize;

use super::TestResponse;
use super::difference::{JsonDifference, TextDifference};
use super::shown::Line;

/// Assertions. Each gives the response back, so that the next can follow.
///
/// A failure prints request and response, head and body, the latter up to 4 KiB, and less where it is no text. Of
/// `Authorization` and the cookies it shows a few characters at most: test logs are read by many. Of long bodies it says
/// where they differ.
///
/// ```
/// use server::testing::Client;
/// use server::{Json, get, routes};
///
/// #[get("/primes")]
/// async fn primes() -> Json<[u8; 4]> {
///     Json([2, 3, 5, 7])
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let response = Client::new(routes![primes]).get("/primes").await;
/// response.assert_status(200).assert_header("content-type", "application/json").assert_json(&[2, 3, 5, 7]);
/// # }
/// ```
impl TestResponse {
    /// Asserts the status.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[track_caller]
    pub fn assert_status<T>(&self, expected: T) -> &Self
    where
        StatusCode: PartialEq<T>,
        T: fmt::Display,
    {
        if self.status() != expected {
            self.fail(&format_args!("the status {expected}"), &self.status());
        }
        self
    }

    /// Asserts the value of the first field line of this name.
    ///
    /// # Panics
    ///
    /// When it is another, or there is none.
    #[track_caller]
    #[inline]
    pub fn assert_header(&self, name: &str, expected: &str) -> &Self {
        match self.header(name) {
            Some(found) if found == expected => {}
            Some(found) => {
                let found = Line { name, value: found };
                self.fail(&format_args!("`{name}: {expected}`"), &format_args!("`{found}`"))
            }
            None => self.fail(&format_args!("`{name}: {expected}`"), &"no such line in ASCII"),
        }
        self
    }

    /// Asserts the whole body.
    ///
    /// # Panics
    ///
    /// When it is another, or is not UTF-8.
    #[track_caller]
    #[inline]
    pub fn assert_text(&self, expected: &str) -> &Self {
        let found = self.text();
        if found != expected {
            panic!("{}\n\n{}", TextDifference { expected, found }, self.exchange());
        }
        self
    }

    /// Asserts that the body has this text somewhere.
    ///
    /// # Panics
    ///
    /// When it has not, or is not UTF-8.
    #[track_caller]
    #[inline]
    pub fn assert_contains(&self, expected: &str) -> &Self {
        if !self.text().contains(expected) {
            self.fail(&format_args!("a body with {expected:?} in it"), &"none");
        }
        self
    }

    /// Asserts the body as JSON, in which the order of an object's members and white space mean nothing.
    ///
    /// # Panics
    ///
    /// When it is another, or is no JSON; and when `expected` cannot be written as JSON.
    #[track_caller]
    pub fn assert_json<T: Serialize + ?Sized>(&self, expected: &T) -> &Self {
        let expected = serde_json::to_value(expected).expect("a value that can be written as JSON");
        let found: serde_json::Value = self.json();
        if found != expected {
            panic!("{}\n\n{}", JsonDifference { expected: &expected, found: &found }, self.exchange());
        }
        self
    }

    #[track_caller]
    #[inline]
    fn fail(&self, expected: &dyn fmt::Display, found: &dyn fmt::Display) -> ! {
        panic!("expected {expected}, found {found}\n\n{}", self.exchange());
    }
}
