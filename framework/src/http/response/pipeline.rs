//! What the pipeline and the engine ask of an answer before it is written.

use http::header::{ACCEPT_RANGES, ETAG, LAST_MODIFIED, VARY};
use http::{HeaderValue, StatusCode};

use super::Response;
use super::more::Report;
use crate::http::Takeover;
use crate::respond::Problem;

impl Response {
    /// Adds `name`, in lower case, to `Vary` (RFC 9110 §12.5.5), unless it says so already.
    pub(crate) fn vary_by(&mut self, name: &'static str) {
        let varies = |value: &HeaderValue| {
            let mut names = value.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
            names.any(|said| said == b"*" || said.eq_ignore_ascii_case(name.as_bytes()))
        };
        if !self.headers().get_all(VARY).iter().any(varies) {
            self.append_header(VARY, HeaderValue::from_static(name));
        }
    }

    /// Whether it is a 200 that says which state it is of, so that a condition of the request may make another of it.
    pub(crate) fn has_validators(&self) -> bool {
        self.status == StatusCode::OK && (self.has_field(ETAG) || self.has_field(LAST_MODIFIED))
    }

    /// Whether it reports a problem, or the request's conditions and ranges may be about it.
    #[inline]
    pub(crate) fn is_to_be_rendered(&self) -> bool {
        self.more.is_some()
            && (self.problem_ref().is_some() || self.has_validators() || self.accepts_ranges())
    }

    /// Whether it is a 200 that may be given in parts.
    pub(crate) fn accepts_ranges(&self) -> bool {
        let more = self.more.as_ref().filter(|_| self.status == StatusCode::OK);
        more.and_then(|more| more.headers.get(ACCEPT_RANGES)).is_some_and(|unit| unit == "bytes")
    }

    /// Whether a part of it could not be built.
    pub(crate) fn is_broken(&self) -> bool {
        self.more.as_ref().is_some_and(|more| matches!(more.report, Report::Broken(_)))
    }

    /// The same, without a line in the access log unless it failed.
    pub(crate) fn unlogged(mut self) -> Self {
        self.more_mut().is_unlogged = true;
        self
    }

    /// Whether the access log has no line for it, unless it failed.
    pub(crate) fn is_unlogged(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.is_unlogged)
    }

    /// Whether this is a 101 that something takes the connection over behind.
    pub(crate) fn has_takeover(&self) -> bool {
        let takeover = self.more.as_ref().and_then(|more| more.takeover.as_ref());
        self.status == StatusCode::SWITCHING_PROTOCOLS && takeover.is_some()
    }

    /// Takes what is to have the connection, where this is a 101.
    pub(crate) fn take_takeover(&mut self) -> Option<Box<dyn Takeover>> {
        self.more.as_mut().filter(|_| self.status == StatusCode::SWITCHING_PROTOCOLS)?.takeover.take()
    }

    /// Takes the problem to render it.
    pub(crate) fn take_problem(&mut self) -> Option<Box<Problem>> {
        match std::mem::take(&mut self.more.as_mut()?.report) {
            Report::Nothing => None,
            Report::Problem(problem) | Report::Broken(problem) => Some(problem),
        }
    }
}
