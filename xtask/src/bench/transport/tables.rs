//! The tables of it.

use super::{HANDSHAKES, HTTP2, SOCKETS};
use crate::bench::data::{Data, Key};
use crate::bench::report::Section;
use crate::bench::servers::Server;
use crate::bench::tables::{table, thousands};

/// What the report says of it.
pub(crate) fn sections(data: &Data) -> Vec<Section> {
    let busy = "In brackets: the CPU time of each, of the server's process in user and kernel, and how much of the server's core that \
        fills. What leaves some of it free was held back by who asks, and is to be compared by its CPU time.";
    vec![
        Section {
            heading: "Messages over WebSockets, a second",
            anchor: "sockets",
            remark: format!(
                "Text there and back on 64 connections, one message under way on each but for the pipelined. hyper has \
                 tokio-tungstenite with a read buffer of 4 KiB in the place of 128, axum the same crate as it comes, and actix-web \
                 actix-ws. {busy}"
            ),
            table: sockets(data),
        },
        Section {
            heading: "A WebSocket that waits, a message, and a request over HTTP/2",
            anchor: "sockets_once",
            remark: "10,000 that have echoed a message and wait: what the server's memory grew by. Instructions are those of \
                user space under callgrind, allocations as below; of HTTP/2 by h2load, on 8 connections with 32 streams at once."
                .to_owned(),
            table: sockets_once(data),
        },
        Section {
            heading: "TLS handshakes a second",
            anchor: "handshakes",
            remark: format!(
                "64 connections at once; each shakes hands, asks once over HTTP/1.1 and is closed. All have rustls with \
                 aws-lc-rs and the same ECDSA P-256 certificate, and are asked for TLS 1.3, X25519 and AES-128-GCM. {busy}"
            ),
            table: handshakes(data),
        },
        Section {
            heading: "Requests over HTTP/2, a second",
            anchor: "http2",
            remark: format!(
                "Asked by h2load, on so many connections with so many streams at once. axum has TLS by axum-server. {busy}"
            ),
            table: http2(data),
        },
    ]
}

/// Messages a second.
fn sockets(data: &Data) -> String {
    let columns: Vec<_> = SOCKETS.iter().map(|scenario| (scenario.label, scenario.name)).collect();
    rates(data, ["socket_rate", "socket_cpu_ns"], &columns)
}

/// Handshakes a second.
fn handshakes(data: &Data) -> String {
    let columns: Vec<_> = HANDSHAKES.iter().map(|scenario| (scenario.label, scenario.name)).collect();
    rates(data, ["handshake_rate", "handshake_cpu_ns"], &columns)
}

/// Requests a second over HTTP/2.
fn http2(data: &Data) -> String {
    let columns: Vec<_> = HTTP2.iter().map(|load| (load.label, load.name)).collect();
    rates(data, ["http2_rate", "http2_cpu_ns"], &columns)
}

/// A WebSocket that waits, and what a message and a request over HTTP/2 cost.
fn sockets_once(data: &Data) -> String {
    let columns = [
        ("bytes a waiting WebSocket", "socket_bytes "),
        ("instructions, 16 bytes", "socket_instructions socket16"),
        ("instructions, 4 KiB", "socket_instructions socket4096"),
        ("allocations, 16 bytes", "socket_allocations socket16"),
        ("allocations, 4 KiB", "socket_allocations socket4096"),
        ("instructions, HTTP/2", "http2_instructions clear8x32"),
        ("allocations, HTTP/2", "http2_allocations clear8x32"),
    ];
    table(&columns, |server, column| {
        let (measure, scenario) = column.split_once(' ')?;
        let value = data.median(Key { measure, server: server.name, scenario })?;
        Some(if measure.ends_with("_allocations") { format!("{value:.1}") } else { thousands(value) })
    })
}

/// How many a second, the microseconds of CPU time that each takes, and how busy the server's core was by that.
fn rates(data: &Data, measures: [&str; 2], columns: &[(&str, &str)]) -> String {
    table(columns, |server: &Server, scenario| {
        let [rate, cpu_ns] =
            measures.map(|measure| data.median(Key { measure, server: server.name, scenario }));
        let (rate, cpu_ns) = (rate?, cpu_ns?);
        let busy = (rate * cpu_ns / 1e7).min(100.0);
        Some(format!("{}/s ({:.1} µs, {busy:.0} %)", thousands(rate), cpu_ns / 1000.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_busy_the_server_was() {
        let mut data = Data::default();
        let key = |measure| Key { measure, server: "ours", scenario: "handshake" };
        data.push(key("handshake_rate"), 0, 4000.0);
        data.push(key("handshake_cpu_ns"), 0, 200_500.0);
        let expected =
            "| | whole | resumed |\n|---|---:|---:|\n| **fingerpost** | 4,000/s (200.5 µs, 80 %) | – |\n";
        assert_eq!(handshakes(&data), expected);
    }
}
