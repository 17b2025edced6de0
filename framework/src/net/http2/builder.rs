//! `h2` with the limits of the server.

use h2::server::Builder;

use super::super::Limits;
use super::answer::AHEAD_BYTES;

/// `h2` with our limits.
pub(super) fn builder(limits: &Limits) -> Builder {
    let http2 = &limits.http2;
    let mut builder = Builder::new();
    let streams = u32::try_from(http2.max_streams).unwrap_or(u32::MAX);
    builder
        .max_concurrent_streams(streams)
        .initial_window_size(http2.stream_window)
        .initial_connection_window_size(http2.connection_window)
        .max_frame_size(http2.max_frame)
        .max_header_list_size(list_size(limits))
        .max_send_buffer_size(AHEAD_BYTES)
        // RFC 8441.
        .enable_connect_protocol();
    builder
}

/// The size of a header list that `h2` decodes: each line counts 32 bytes more than it has (RFC 9113 §6.5.2). Twice as
/// large as our limits on heads, so that what passes those is answered like any other request that does.
fn list_size(limits: &Limits) -> u32 {
    let lines = limits.head.max_fields.saturating_mul(32);
    u32::try_from(limits.head.max_head.saturating_add(lines).saturating_mul(2)).unwrap_or(u32::MAX)
}
