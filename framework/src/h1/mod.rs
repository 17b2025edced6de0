//! HTTP/1.1 and 1.0 (RFC 9112) without I/O: heads, framing, the chunked coding, and the bytes of a response.
//!
//! Functions and small state machines from bytes to events and from responses to bytes. Nothing here sees a socket or
//! a clock; `net` reads, writes and sleeps.
