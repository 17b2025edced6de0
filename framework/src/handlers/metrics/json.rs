//! The same as JSON: for people, and for programs that speak neither of the texts.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::families::CLASSES;
use super::snapshot::{Label, Snapshot};
use crate::log::Timestamp;
use crate::middleware::CacheCounts;
use crate::observe::Reading;

/// The document.
#[inline]
pub(super) fn document(snapshot: &Snapshot) -> Value {
    let Snapshot { counts, load, .. } = snapshot;
    let caches: Map<_, _> =
        snapshot.caches.iter().map(|(name, counts)| ((*name).to_owned(), cache(counts))).collect();
    let checks: Map<_, _> =
        snapshot.checks.iter().map(|(name, passes)| (name.clone(), Value::from(*passes))).collect();
    json!({
        "uptime_seconds": snapshot.uptime.as_secs_f64(),
        "timestamp": Timestamp(SystemTime::now()).to_string(),
        "requests": requests(snapshot),
        "timeouts": {
            "head": counts.timeouts.head,
            "body": counts.timeouts.body,
            "request": counts.timeouts.request,
            "write": counts.timeouts.write,
            "keep_alive": counts.timeouts.keep_alive,
        },
        "panics": counts.panics,
        "log_lines_dropped": counts.log_lines_dropped,
        "connections": connections(snapshot),
        "http2": {
            "connections": counts.http2.connections,
            "requests": counts.http2.requests,
            "floods": counts.http2.floods,
        },
        "bytes": { "received": counts.bytes_in, "sent": counts.bytes_out },
        "tls": tls(snapshot),
        "workers": {
            "total": load.workers,
            "active": load.active,
            "idle": load.workers.saturating_sub(load.active),
            "queue_depth": load.queued,
        },
        "thread_pool": thread_pool(snapshot),
        "caches": caches,
        "shutdown": {
            "requested": snapshot.end.is_requested,
            "draining": snapshot.end.is_draining,
            "answered": load.drained,
        },
        "checks": checks,
    })
}

#[inline]
fn requests(snapshot: &Snapshot) -> Value {
    let Snapshot { counts, readings, .. } = snapshot;
    let by_status: Map<_, _> =
        readings.statuses.iter().map(|(status, &count)| (status.to_string(), count.into())).collect();
    let by_route: Vec<_> = snapshot
        .slots()
        .filter(|(_, reading)| reading.count() > 0)
        .map(|(label, reading)| route(label, reading))
        .collect();
    let total: u64 = readings.statuses.values().sum();
    json!({
        "total": total,
        "in_flight": readings.in_flight,
        "by_status": by_status,
        "by_route": by_route,
        "malformed": counts.protocol_errors,
        "lost": {
            "client_left": counts.client_left,
            "broken_off": counts.broken_off,
            "cut": counts.cut,
        },
    })
}

#[inline]
fn connections(snapshot: &Snapshot) -> Value {
    let counts = &snapshot.counts;
    json!({
        "busy": snapshot.load.busy,
        "idle": snapshot.idle_connections(),
        "accepted": counts.connections_accepted,
        "refused": {
            "address_full": counts.connections_refused.address_full,
            "proxy_header": counts.connections_refused.proxy_header,
        },
    })
}

/// Nothing where no TLS is spoken.
#[inline]
fn tls(snapshot: &Snapshot) -> Option<Value> {
    let handshakes = &snapshot.counts.handshakes;
    let certificates = snapshot.certificates.as_ref()?;
    let expiry_days: Map<_, _> =
        certificates.iter().map(|(path, days)| (path.clone(), (*days).into())).collect();
    Some(json!({
        "handshakes": {
            "full": handshakes.full,
            "resumed": handshakes.resumed,
            "failed": handshakes.failed,
            "timed_out": handshakes.timed_out,
            "in_the_clear": handshakes.in_the_clear,
        },
        "certificate_expiry_days": expiry_days,
        "certificates_current": snapshot.has_current_files,
    }))
}

/// Nothing where no server runs.
#[inline]
fn thread_pool(snapshot: &Snapshot) -> Option<Value> {
    let pool = snapshot.pool?;
    Some(json!({
        "total": pool.threads,
        "active": pool.active,
        "idle": pool.threads.saturating_sub(pool.active),
        "queue_depth": pool.queued,
        "queue_limit": pool.queue,
        "refused": pool.refused,
    }))
}

#[inline]
fn cache(counts: &CacheCounts) -> Value {
    json!({
        "hits": counts.hits,
        "stale": counts.stale,
        "collapsed": counts.collapsed,
        "forwarded": counts.forwarded,
        "revalidated": counts.revalidated,
        "stored": counts.stored,
        "evicted": counts.evicted,
        "entries": counts.entries,
        "bytes": counts.bytes,
    })
}

#[inline]
fn route(label: &Label, reading: &Reading) -> Value {
    let classes = CLASSES.iter().zip(reading.classes).filter(|&(_, count)| count > 0);
    let by_status: Map<_, _> = classes.map(|(class, count)| ((*class).to_owned(), count.into())).collect();
    let count = reading.count();
    // A mean of what the histogram has in full.
    let mean = if count == 0 { 0.0 } else { reading.took.as_secs_f64() / count as f64 };
    json!({
        "route": label.route,
        "method": label.method,
        "total": count,
        "by_status": by_status,
        "mean_seconds": mean,
    })
}
