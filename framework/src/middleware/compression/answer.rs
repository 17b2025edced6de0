//! What becomes of an answer: whether it is compressed, and the fields that say so.

use http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, ETAG, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::Compression;
use super::body::{AT_ONCE, Compressing};
use crate::http::{
    Body, Codings, ETag as Tag, MediaType, Preconditions, Request, Response, Verdict, elements,
    is_worthwhile, parse_date,
};
use crate::middleware::content_coding::{Coding, Pooled, Then};

/// Digests of the content, or of the representation with its coding: both would be wrong (RFC 9530 §2, §3).
const DIGESTS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];

/// What of a request decides over the coding of its answer; taken before the handler takes the request.
pub(super) struct Asked {
    coding: Option<Coding>,
    refuses_identity: bool,
    /// Whether parts are asked for.
    is_of_ranges: bool,
    is_reading: bool,
    preconditions: Option<Preconditions>,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Self {
        let codings = Codings::parse(request.header_values("accept-encoding"));
        Self {
            coding: codings.by_weight(Coding::NAMES).find_map(Coding::named),
            refuses_identity: codings.refuse_identity(),
            is_of_ranges: *request.method() == Method::GET && request.header_values("range").next().is_some(),
            is_reading: matches!(*request.method(), Method::GET | Method::HEAD),
            preconditions: request.is_conditional().then(|| Preconditions::of(request)),
        }
    }

    /// Whether the request's conditions make something else of `response`, at the pipeline's end: then nobody takes its
    /// content, and to compress it would be for nothing.
    fn is_settled_without_content(&self, response: &Response) -> bool {
        let Some(preconditions) = self.preconditions.as_ref().filter(|_| self.is_reading) else {
            return false;
        };
        if !response.has_validators() {
            return false;
        }
        let etag = response.headers().get(ETAG).and_then(|value| Tag::parse(value.as_bytes()));
        let modified =
            response.headers().get(LAST_MODIFIED).and_then(|value| parse_date(value.to_str().ok()?));
        preconditions.evaluate(&Method::GET, etag.as_ref(), modified) != Verdict::Proceed
    }
}

impl Compression {
    /// Compresses an answer where the client takes that and it is worth it.
    pub(super) fn compress(&self, mut response: Response, asked: &Asked) -> Response {
        // Most answers are too small, which is told sooner than the rest.
        if !(asked.refuses_identity || self.is_worth_it(&mut response)) || !may_be_coded(&response) {
            return response;
        }
        if response.body_mut().is_empty() {
            return response;
        }
        response.vary_by("accept-encoding");
        let Some(coding) = asked.coding else { return response };
        if asked.is_of_ranges && response.accepts_ranges() {
            // Parts are of the content as it is, and so is what they are joined with.
            return response;
        }
        weaken_tag(&mut response);
        response.headers_mut().remove(ACCEPT_RANGES);
        if asked.is_settled_without_content(&response) {
            return response;
        }
        self.encode(response, coding, asked)
    }

    /// Whether the content is of a type that gets smaller, and of a size where that matters.
    fn is_worth_it(&self, response: &mut Response) -> bool {
        let is_large = response.body_mut().len().is_none_or(|len| len >= self.min_bytes);
        is_large && response.content_type().is_some_and(|kind| is_worthwhile(kind) || self.is_listed(kind))
    }

    fn is_listed(&self, content_type: &HeaderValue) -> bool {
        let media = content_type.to_str().ok().and_then(MediaType::parse);
        media.is_some_and(|media| {
            let mut listed = self.content_types.iter().filter_map(|listed| listed.split_once('/'));
            listed.any(|(kind, subtype)| media.is(kind, subtype))
        })
    }

    /// What is at hand and small is encoded here and now, and left as it is where that does not make it smaller; all else
    /// while the client takes it.
    fn encode(&self, mut response: Response, coding: Coding, asked: &Asked) -> Response {
        let mut encoder = Pooled::new(coding, self.level);
        let body = match response.body_mut().as_bytes() {
            Some(bytes) if bytes.len() <= AT_ONCE => {
                let mut output = Vec::with_capacity(bytes.len() / 2);
                if let Err(fault) = encoder.encode(bytes, Then::Finish, &mut output) {
                    tracing::error!(coding = coding.name(), %fault, "an answer could not be compressed");
                    return response;
                }
                if output.len() >= bytes.len() && !asked.refuses_identity {
                    return response;
                }
                Body::from(output)
            }
            Some(_) | None => {
                let flushes_chunks = is_event_stream(&response);
                Body::from_source(Compressing::new(response.take_body(), encoder, flushes_chunks))
            }
        };
        response.set_header(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        response.body(body)
    }
}

/// Whether there is content, whole and as it is, of which nothing is said that a coding would make untrue.
fn may_be_coded(response: &Response) -> bool {
    let has_whole_content = match response.status() {
        StatusCode::NO_CONTENT
        | StatusCode::RESET_CONTENT
        | StatusCode::PARTIAL_CONTENT
        | StatusCode::NOT_MODIFIED => false,
        status => !status.is_informational(),
    };
    let headers = response.headers();
    let has = |name: &str| headers.contains_key(name);
    has_whole_content
        && !has(CONTENT_ENCODING.as_str())
        && !has(CONTENT_RANGE.as_str())
        && !DIGESTS.into_iter().any(has)
        && !forbids_transforms(headers)
}

/// `Cache-Control: no-transform` (RFC 9111 §5.2.2.6).
fn forbids_transforms(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(elements).any(|directive| directive.eq_ignore_ascii_case("no-transform"))
}

fn is_event_stream(response: &Response) -> bool {
    let media = response.content_type().and_then(|value| MediaType::parse(value.to_str().ok()?));
    media.is_some_and(|media| media.is("text", "event-stream"))
}

/// The same meaning in other bytes has the same tag, as a weak one (RFC 9110 §8.8.1).
fn weaken_tag(response: &mut Response) {
    let tag = response.headers().get(ETAG).and_then(|value| Tag::parse(value.as_bytes()));
    if let Some(tag) = tag.filter(|tag| !tag.is_weak()) {
        response.set_header(ETAG, tag.weakened().to_value());
    }
}

/// Says that the answer is to stay as it is.
pub(super) fn left_alone(mut response: Response) -> Response {
    if may_be_coded(&response) {
        response.append_header(CACHE_CONTROL, HeaderValue::from_static("no-transform"));
    }
    response
}
