//! The engine as a process: how it starts, what it does under signals, and under load and abuse.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../http/clients.rs"]
mod clients;
#[path = "../http/compression.rs"]
mod compression;
#[path = "../http/drain.rs"]
mod drain;
#[path = "../http/greedy.rs"]
mod greedy;
#[cfg(target_os = "linux")]
#[path = "../http/inherit.rs"]
mod inherit;
#[path = "../http/layers.rs"]
mod layers;
#[path = "../http/load.rs"]
mod load;
#[path = "../http/logs.rs"]
mod logs;
#[path = "../http/metrics.rs"]
mod metrics;
#[path = "../http/mixed.rs"]
mod mixed;
#[path = "../http/panics.rs"]
mod panics;
#[path = "../http/probes.rs"]
mod probes;
#[path = "../apps/programs.rs"]
mod programs;
#[path = "../http/proxies.rs"]
mod proxies;
#[path = "../http/start.rs"]
mod start;
#[cfg(unix)]
#[path = "../http/supervisor.rs"]
mod supervisor;
#[path = "../http/tls.rs"]
mod tls;
#[path = "../http/traces.rs"]
mod traces;
#[cfg(target_os = "linux")]
#[path = "../http/unix.rs"]
mod unix;
#[path = "../http/websocket.rs"]
mod websocket;
