//! The vocabulary of a message: request, response, body and their parts.
//!
//! Types of the [`http`](::http) crate stand for methods, status codes, field names and values. Nothing here
//! reads a socket, and nothing here knows of routing, extractors or the engine above.

mod accept;
mod body;
mod facts;
mod head;
mod media_type;
mod pool;
mod request;
mod request_id;
mod response;
mod shutdown;

pub use accept::Accept;
pub use body::{Body, BodyError, BodySender, BodySource};
pub(crate) use body::{Incoming, IncomingState, Wanted};
pub(crate) use facts::Origin;
pub use facts::RequestFacts;
pub(crate) use head::{FieldSpan, RequestHead, Span};
pub(crate) use media_type::MediaType;
pub use request::{FieldValues, Request};
pub use request_id::RequestId;
pub use response::Response;
pub use shutdown::Shutdown;
