//! The parts of a [`Response`](super::Response) that most answers do not have, or share.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue};

use crate::http::Takeover;
use crate::respond::Problem;

/// What most answers do not have.
#[derive(Default)]
pub(super) struct More {
    /// The fields other than `Content-Type`.
    pub(super) headers: HeaderMap,
    pub(super) report: Report,
    /// The access log has no line for it, unless it failed.
    pub(super) is_unlogged: bool,
    /// What has the connection behind a 101.
    pub(super) takeover: Option<Box<dyn Takeover>>,
}

/// The fields of an answer that has none.
pub(super) static NO_FIELDS: LazyLock<HeaderMap> = LazyLock::new(HeaderMap::new);

/// The content type, and who chose it.
pub(super) enum ContentType {
    /// There is none, or it is among the other fields.
    Nowhere,
    /// What the body's type says; another body brings another.
    OfBody(&'static BodyType),
    /// It was named, and another body keeps it.
    Named(Box<HeaderValue>),
}

/// A content type that bodies of ours have.
pub(super) struct BodyType {
    pub(super) value: HeaderValue,
    /// Its field line, to be written as one piece, and the name that follows where a length does.
    pub(super) line: &'static str,
    pub(super) line_and_length: &'static str,
}

macro_rules! body_type {
    ($value:literal) => {
        BodyType {
            value: HeaderValue::from_static($value),
            line: concat!("content-type: ", $value, "\r\n"),
            line_and_length: concat!("content-type: ", $value, "\r\ncontent-length: "),
        }
    };
}

pub(super) static TEXT: BodyType = body_type!("text/plain; charset=utf-8");
pub(super) static HTML: BodyType = body_type!("text/html; charset=utf-8");
pub(super) static JSON: BodyType = body_type!("application/json");
pub(super) static OCTETS: BodyType = body_type!("application/octet-stream");

/// What the answer reports beside its status.
#[derive(Default)]
pub(super) enum Report {
    #[default]
    Nothing,
    /// The problem that the pipeline's end renders to the body.
    Problem(Box<Problem>),
    /// The same, where a part could not be built: no other part changes it any more.
    Broken(Box<Problem>),
}
