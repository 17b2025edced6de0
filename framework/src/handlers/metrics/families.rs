//! Which families there are, and what is in them.

use std::time::Duration;

use super::exposition::{Dialect, Exposition, Kind};
use super::snapshot::{End, Snapshot};

/// The classes of statuses, in the order in which they are counted.
pub(super) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Writes all families.
#[inline]
pub(super) fn write(snapshot: &Snapshot, dialect: Dialect) -> String {
    let mut text = Exposition::new(dialect);
    write_requests(&mut text, snapshot);
    write_durations(&mut text, snapshot);
    write_failures(&mut text, snapshot);
    write_connections(&mut text, snapshot);
    write_tls(&mut text, snapshot);
    write_threads(&mut text, snapshot);
    write_caches(&mut text, snapshot);
    write_life(&mut text, snapshot);
    text.finish()
}

#[inline]
fn write_requests(text: &mut Exposition, snapshot: &Snapshot) {
    let help = "Requests that were answered, by the route's pattern and methods and the status's class.";
    text.family(Kind::Counter, "fingerpost_requests", help);
    for (label, reading) in snapshot.slots() {
        for (class, count) in CLASSES.iter().zip(reading.classes) {
            // A series that is there before its first event shows that one as an increase. 1xx is seen by hardly
            // anybody.
            if *class != "1xx" || count > 0 {
                let labels: [(_, &dyn std::fmt::Display); 3] =
                    [("route", &label.route), ("method", &label.method), ("status", class)];
                text.sample(&labels, count);
            }
        }
    }
    text.family(Kind::Counter, "fingerpost_responses", "Requests that were answered, by status.");
    for (status, count) in &snapshot.readings.statuses {
        text.sample(&[("code", status)], count);
    }
    text.family(Kind::Gauge, "fingerpost_requests_in_flight", "Requests whose answer has not ended.")
        .sample(&[], snapshot.readings.in_flight);
}

#[inline]
fn write_durations(text: &mut Exposition, snapshot: &Snapshot) {
    let help = "From a request's first byte to the end of its answer, by the route's pattern and methods.";
    text.family(Kind::Histogram, "fingerpost_request_duration_seconds", help);
    for (label, reading) in snapshot.slots().filter(|(_, reading)| reading.count() > 0) {
        for (bound, count) in reading.cumulative() {
            let bound = bound.map_or_else(|| "+Inf".to_owned(), seconds);
            text.suffixed(
                "_bucket",
                &[("route", &label.route), ("method", &label.method), ("le", &bound)],
                count,
            );
        }
        let labels: [(_, &dyn std::fmt::Display); 2] = [("route", &label.route), ("method", &label.method)];
        text.suffixed("_sum", &labels, seconds(reading.took));
        text.suffixed("_count", &labels, reading.count());
    }
}

/// As a number with a point in it, whatever it is.
#[inline]
fn seconds(duration: Duration) -> String {
    format!("{:?}", duration.as_secs_f64())
}

#[inline]
fn write_failures(text: &mut Exposition, snapshot: &Snapshot) {
    let counts = &snapshot.counts;
    let help = "What took too long, by the setting that says so.";
    text.family(Kind::Counter, "fingerpost_timeouts", help)
        .sample(&[("kind", &"head")], counts.timeouts.head)
        .sample(&[("kind", &"body")], counts.timeouts.body)
        .sample(&[("kind", &"request")], counts.timeouts.request)
        .sample(&[("kind", &"write")], counts.timeouts.write)
        .sample(&[("kind", &"keep_alive")], counts.timeouts.keep_alive);
    text.family(Kind::Counter, "fingerpost_exchanges_lost", "Requests whose answer did not arrive whole.")
        .sample(&[("reason", &"client_left")], counts.client_left)
        .sample(&[("reason", &"broken_off")], counts.broken_off)
        .sample(&[("reason", &"cut")], counts.cut);
    let help = "Requests that are malformed, or beyond the limits on heads.";
    text.family(Kind::Counter, "fingerpost_requests_malformed", help).sample(&[], counts.protocol_errors);
    let help = "Lines of the access log that were dropped.";
    text.family(Kind::Counter, "fingerpost_log_lines_dropped", help).sample(&[], counts.log_lines_dropped);
    #[cfg(feature = "otel")]
    text.family(Kind::Counter, "fingerpost_spans_dropped", "Spans that no collector of traces took.")
        .sample(&[], counts.spans_dropped);
    text.family(Kind::Counter, "fingerpost_panics", "Panics of the application's that were caught.")
        .sample(&[], counts.panics);
    let shed = snapshot.pool.map_or(0, |pool| pool.refused);
    text.family(Kind::Counter, "fingerpost_requests_shed", "Requests refused with 503 for want of room.")
        .sample(&[("reason", &"blocking_queue_full")], shed);
}

#[inline]
fn write_connections(text: &mut Exposition, snapshot: &Snapshot) {
    let counts = &snapshot.counts;
    text.family(Kind::Gauge, "fingerpost_connections", "Open connections, by whether they have a request.")
        .sample(&[("state", &"busy")], snapshot.load.busy)
        .sample(&[("state", &"idle")], snapshot.idle_connections());
    text.family(Kind::Counter, "fingerpost_connections_accepted", "Connections that were served.")
        .sample(&[], counts.connections_accepted);
    text.family(Kind::Counter, "fingerpost_connections_refused", "Connections that were closed at once.")
        .sample(&[("reason", &"address_full")], counts.connections_refused.address_full)
        .sample(&[("reason", &"proxy_header")], counts.connections_refused.proxy_header);
    text.family(Kind::Counter, "fingerpost_http2_connections", "Connections that began as ones of HTTP/2.")
        .sample(&[], counts.http2.connections);
    text.family(Kind::Counter, "fingerpost_http2_requests", "Requests that came over them.")
        .sample(&[], counts.http2.requests);
    let help = "Connections of HTTP/2 that were ended because their client cost more than it asked for.";
    text.family(Kind::Counter, "fingerpost_http2_floods", help).sample(&[], counts.http2.floods);
    text.family(Kind::Counter, "fingerpost_received_bytes", "Bytes read from connections.")
        .sample(&[], counts.bytes_in);
    text.family(Kind::Counter, "fingerpost_sent_bytes", "Bytes written to connections.")
        .sample(&[], counts.bytes_out);
}

#[inline]
fn write_caches(text: &mut Exposition, snapshot: &Snapshot) {
    if snapshot.caches.is_empty() {
        return;
    }
    let help = "Requests that a response cache answered, or had the handler answer.";
    text.family(Kind::Counter, "fingerpost_cache_requests", help);
    for (name, counts) in &snapshot.caches {
        let fresh = counts.hits.saturating_sub(counts.stale);
        for (result, count) in [("fresh", fresh), ("stale", counts.stale), ("forwarded", counts.forwarded)] {
            text.sample(&[("cache", name), ("result", &result)], count);
        }
    }
    text.family(Kind::Counter, "fingerpost_cache_stored", "Answers that were kept.");
    for (name, counts) in &snapshot.caches {
        text.sample(&[("cache", name)], counts.stored);
    }
    text.family(Kind::Counter, "fingerpost_cache_evicted", "Answers that made room for others.");
    for (name, counts) in &snapshot.caches {
        text.sample(&[("cache", name)], counts.evicted);
    }
    text.family(Kind::Gauge, "fingerpost_cache_entries", "Answers that are kept.");
    for (name, counts) in &snapshot.caches {
        text.sample(&[("cache", name)], counts.entries);
    }
    text.family(Kind::Gauge, "fingerpost_cache_bytes", "Bytes of the answers that are kept.");
    for (name, counts) in &snapshot.caches {
        text.sample(&[("cache", name)], counts.bytes);
    }
}

/// What only a server that speaks TLS has to tell.
#[inline]
fn write_tls(text: &mut Exposition, snapshot: &Snapshot) {
    let Some(certificates) = &snapshot.certificates else { return };
    let handshakes = &snapshot.counts.handshakes;
    text.family(Kind::Counter, "fingerpost_tls_handshakes", "TLS handshakes, by what became of them.")
        .sample(&[("result", &"full")], handshakes.full)
        .sample(&[("result", &"resumed")], handshakes.resumed)
        .sample(&[("result", &"failed")], handshakes.failed)
        .sample(&[("result", &"timed_out")], handshakes.timed_out)
        .sample(&[("result", &"in_the_clear")], handshakes.in_the_clear);
    let help = "Days until a certificate expires, by its file; 0 where it has.";
    text.family(Kind::Gauge, "fingerpost_tls_certificate_expiry_days", help);
    for (path, days) in certificates {
        text.sample(&[("certificate", path)], format!("{days:?}"));
    }
    let help = "Whether the certificates are those in the files: 0 where those before are kept.";
    text.family(Kind::Gauge, "fingerpost_tls_certificates_current", help)
        .sample(&[], u8::from(snapshot.has_current_files));
}

#[inline]
fn write_threads(text: &mut Exposition, snapshot: &Snapshot) {
    let load = &snapshot.load;
    text.family(
        Kind::Gauge,
        "fingerpost_workers",
        "Threads that serve connections, by whether they are awake.",
    )
    .sample(&[("state", &"active")], load.active)
    .sample(&[("state", &"idle")], load.workers.saturating_sub(load.active));
    text.family(Kind::Gauge, "fingerpost_worker_queue_depth", "Tasks that wait for any worker.")
        .sample(&[], load.queued);
    let Some(pool) = &snapshot.pool else { return };
    text.family(
        Kind::Gauge,
        "fingerpost_blocking_threads",
        "Threads for handlers that block, by their state.",
    )
    .sample(&[("state", &"active")], pool.active)
    .sample(&[("state", &"idle")], pool.threads.saturating_sub(pool.active));
    text.family(Kind::Gauge, "fingerpost_blocking_queue_depth", "Calls that wait for a thread of those.")
        .sample(&[], pool.queued);
    text.family(Kind::Gauge, "fingerpost_blocking_queue_limit", "The most calls that may wait.")
        .sample(&[], pool.queue);
}

#[inline]
fn write_life(text: &mut Exposition, snapshot: &Snapshot) {
    let End { is_requested, is_draining } = snapshot.end;
    text.family(Kind::Gauge, "fingerpost_uptime_seconds", "Since the server was made.")
        .sample(&[], seconds(snapshot.uptime));
    let help = "Whether the server's end has come this far: 1, or else 0.";
    text.family(Kind::Gauge, "fingerpost_shutdown", help)
        .sample(&[("step", &"requested")], u8::from(is_requested))
        .sample(&[("step", &"draining")], u8::from(is_draining));
    text.family(Kind::Counter, "fingerpost_drain_requests", "Requests answered since the drain began.")
        .sample(&[], snapshot.load.drained);
    if snapshot.checks.is_empty() {
        return;
    }
    text.family(Kind::Gauge, "fingerpost_health_check", "Whether a check passes: 1, or else 0.");
    for (name, passes) in &snapshot.checks {
        text.sample(&[("check", name)], u8::from(*passes));
    }
}
