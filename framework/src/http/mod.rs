//! The vocabulary of a message: request, response, body and their parts.
//!
//! Types of the [`http`](::http) crate stand for methods, status codes, field names and values. Nothing here
//! reads a socket or calls what stands above; a request only carries the route that matched it and the counters of its
//! server, and a response the problem that it reports.

mod accept;
mod apart;
mod body;
mod byte_ranges;
#[cfg(any(feature = "tls", feature = "__properties"))]
#[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "nobody reads a certificate but the property"))]
mod certificate;
#[cfg(any(feature = "compression", feature = "embed", all(unix, feature = "files")))]
mod codings;
mod conditions;
#[cfg(any(feature = "tls", feature = "__properties"))]
#[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "nobody reads a certificate but the property"))]
mod der;
mod etag;
mod facts;
mod head;
mod media_type;
mod pool;
mod preflight;
mod request;
mod request_id;
mod response;
mod security;
mod shutdown;
#[cfg_attr(not(feature = "ws"), expect(dead_code, reason = "no protocol takes a connection over"))]
mod takeover;
mod trace_context;
mod uri_reference;
mod urlencoded;

pub use accept::Accept;
pub(crate) use accept::{elements, first_of_the_heaviest, parse_weight};
pub(crate) use body::BoxError;
pub use body::{Body, BodyError, BodySender, BodySource};
pub(crate) use body::{Incoming, IncomingState, NEVER_TRAILERS, Wanted, may_trail};
pub(crate) use byte_ranges::ByteRanges;
#[cfg(any(test, feature = "__properties"))]
pub(crate) use byte_ranges::MAX_RANGES;
#[cfg(any(all(test, feature = "tls"), feature = "__properties"))]
pub use certificate::certificate;
#[cfg(feature = "tls")]
pub(crate) use certificate::{AltName, CertificateFacts};
#[cfg(any(feature = "compression", feature = "embed", all(unix, feature = "files")))]
pub(crate) use codings::Codings;
#[cfg(any(feature = "compression", all(unix, feature = "files")))]
pub(crate) use codings::is_worthwhile;
#[cfg(any(test, feature = "__properties"))]
pub use conditions::conditions;
pub(crate) use conditions::{Preconditions, Verdict, parse_date, whole_seconds};
pub use etag::ETag;
pub(crate) use etag::EntityTags;
pub(crate) use facts::Origin;
pub use facts::RequestFacts;
pub(crate) use head::{FieldSpan, RequestHead, Span};
pub(crate) use media_type::MediaType;
pub(crate) use preflight::Preflight;
pub(crate) use request::decode_param;
pub use request::{FieldValues, Request};
pub use request_id::RequestId;
pub(crate) use request_id::X_REQUEST_ID;
pub use response::Response;
#[cfg(feature = "tls")]
pub(crate) use security::Secured;
pub(crate) use security::Security;
pub use shutdown::Shutdown;
pub(crate) use takeover::{Link, Parting, Takeover, Unreachable};
pub use trace_context::TraceContext;
pub(crate) use urlencoded::{RESERVED, append_query, encode_form};
