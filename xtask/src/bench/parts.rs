//! The parts of a run: what `--only` names, and which rows each writes.

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// As on the command line, and among the facts of the data.
    pub(crate) name: &'static str,
    /// The measures of its rows.
    pub(crate) measures: &'static [&'static str],
    /// Whether it measures time, and asks for a quiet machine.
    pub(crate) is_timed: bool,
}

impl Part {
    /// Whether it takes a build of its own, and measures all at once whichever servers are chosen.
    pub(crate) fn builds(&self) -> bool {
        [MICRO, HELLO, TRANSPORT, LAYERS, LAYER_TIMES].contains(self)
    }
}

/// Requests a second, and the CPU time of each.
pub(crate) const RATES: Part =
    Part { name: "rates", measures: &["rate", "cpu_ns", "workers_cpu_ns"], is_timed: true };

/// Percentiles at a fixed rate.
pub(crate) const LATENCY: Part = Part { name: "latency", measures: &["latency_us"], is_timed: true };

/// Time to the first answer.
pub(crate) const STARTS: Part = Part { name: "starts", measures: &["first_answer_ms"], is_timed: true };

/// Files of a folder, beside nginx.
pub(crate) const FILES: Part =
    Part { name: "files", measures: &["file_rate", "file_cpu_ns"], is_timed: true };

/// WebSockets, TLS handshakes and HTTP/2, beside those that speak them.
pub(crate) const TRANSPORT: Part = Part {
    name: "transport",
    measures: &[
        "socket_rate",
        "socket_cpu_ns",
        "handshake_rate",
        "handshake_cpu_ns",
        "http2_rate",
        "http2_cpu_ns",
        "socket_bytes",
        "socket_instructions",
        "socket_allocations",
        "http2_instructions",
        "http2_allocations",
    ],
    is_timed: true,
};

/// Bytes of a connection and of a program.
pub(crate) const SIZES: Part =
    Part { name: "sizes", measures: &["idle_bytes", "binary_bytes"], is_timed: false };

/// Instructions, allocations and system calls of a request.
pub(crate) const COUNTS: Part =
    Part { name: "counts", measures: &["instructions", "allocations", "system_calls"], is_timed: false };

/// Instructions of the engine's parts.
pub(crate) const MICRO: Part = Part { name: "micro", measures: &["micro"], is_timed: false };

/// The shortest program: its build, and its bytes.
pub(crate) const HELLO: Part =
    Part { name: "hello", measures: &["build_seconds", "hello_bytes"], is_timed: false };

/// What each layer of the box adds to a request, and each stack: instructions and allocations.
pub(crate) const LAYERS: Part =
    Part { name: "layers", measures: &["layer_instructions", "layer_allocations"], is_timed: false };

/// The same: requests a second, and the CPU time of each.
pub(crate) const LAYER_TIMES: Part =
    Part { name: "layer-times", measures: &["layer_rate", "layer_cpu_ns"], is_timed: true };

/// In the order of a run: time first, as the machine may be quiet now and not for long.
pub(crate) const PARTS: [Part; 11] =
    [RATES, LATENCY, STARTS, FILES, SIZES, COUNTS, TRANSPORT, LAYER_TIMES, LAYERS, MICRO, HELLO];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_measure_is_in_two_parts() {
        let mut measures: Vec<_> = PARTS.iter().flat_map(|part| part.measures).collect();
        measures.sort();
        let count = measures.len();
        measures.dedup();
        assert_eq!(measures.len(), count);
    }
}
