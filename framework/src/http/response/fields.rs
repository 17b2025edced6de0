//! Fields of an answer that others may have set.

use http::header::Entry;
use http::{HeaderName, HeaderValue};

use super::Response;

impl Response {
    /// Sets those of `fields` that are not there, in one look at each; `Content-Type` is none of them.
    pub(crate) fn add_missing(&mut self, fields: &[(HeaderName, HeaderValue)]) {
        if self.is_broken() || fields.is_empty() {
            return;
        }
        let headers = self.fields_mut();
        headers.reserve(fields.len());
        for (name, value) in fields {
            if let Entry::Vacant(place) = headers.entry(name) {
                place.insert(value.clone());
            }
        }
    }
}
