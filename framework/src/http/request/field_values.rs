//! [`FieldValues`]: the values of one field, wherever they are.

use std::fmt;

use http::HeaderValue;

use crate::http::RequestHead;

/// The values of the field lines of one name; see [`Request::header_values`](super::Request::header_values).
///
/// ```
/// use server::{Method, Request};
///
/// let mut request = Request::new(Method::GET, "/");
/// request.headers_mut().append("accept", "text/html".parse()?);
/// request.headers_mut().append("accept", "text/plain".parse()?);
/// let values: Vec<_> = request.header_values("Accept").collect();
/// assert_eq!(values, [b"text/html".as_slice(), b"text/plain"]);
/// # Ok::<(), server::Error>(())
/// ```
pub struct FieldValues<'a>(pub(super) Source<'a>);

pub(super) enum Source<'a> {
    Lines { head: &'a RequestHead, next: usize, name: &'a str },
    Map(http::header::ValueIter<'a, HeaderValue>),
}

impl<'a> Iterator for FieldValues<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match &mut self.0 {
            Source::Map(values) => values.next().map(HeaderValue::as_bytes),
            Source::Lines { head, next, name } => loop {
                let field = head.fields.get(*next)?;
                *next += 1;
                if field.name.of(&head.bytes).eq_ignore_ascii_case(name.as_bytes()) {
                    return Some(field.value.of(&head.bytes));
                }
            },
        }
    }
}

impl fmt::Debug for FieldValues<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldValues").finish_non_exhaustive()
    }
}
