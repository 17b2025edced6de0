//! What each layer of the box costs a request, and what a stack of them does, beside the same of axum and tower-http.
//!
//! A server has one layer, or one stack, around everything; what a layer costs is the difference to a server with
//! none that is asked for the same. Layers are asked for sixteen requests at once, so that the kernel's part of a
//! request, which is many times a layer's, does not hide it; stacks are asked as clients ask, for one after the
//! other.

mod table;

use std::fs;

use crate::bench::counts::{self, Dumps, under_callgrind};
use crate::bench::data::Key;
use crate::bench::files;
use crate::bench::parts::{LAYER_TIMES, LAYERS};
use crate::bench::run::Bench;
use crate::bench::scenarios::Scenario;
use crate::bench::servers::{self, Kind, Running, Server, pinned};
use crate::command::target;
use crate::steps::Outcome;

pub(crate) use table::{layers, stacks};

/// Ours with a layer.
pub(crate) const OURS: Server = Server { name: "ours-layers", label: "**fingerpost**", kind: Kind::Ours };

/// axum with a layer of tower-http's, or of another crate for tower.
pub(crate) const AXUM: Server = Server { name: "axum-layers", label: "axum", kind: Kind::Peer };

const SERVERS: [&Server; 2] = [&OURS, &AXUM];

/// A layer, as the servers know it.
#[derive(Debug)]
struct Layer {
    name: &'static str,
    label: &'static str,
    /// What is asked of it.
    request: &'static str,
    /// What is asked of the server without it.
    bare: &'static str,
    /// What axum has in its place.
    beside: Option<&'static str>,
}

const fn layer(name: &'static str, label: &'static str, beside: Option<&'static str>) -> Layer {
    Layer { name, label, request: "plaintext", bare: "plaintext", beside }
}

const fn asked(request: &'static str, layer: Layer) -> Layer {
    Layer { request, bare: request, ..layer }
}

/// In the order of the table.
const ALL: [Layer; 22] = [
    layer("empty", "a middleware that does nothing", Some("`from_fn`")),
    layer("access-log", "access log (JSON)", Some("`SetRequestIdLayer`, `TraceLayer`, `tracing-subscriber`")),
    layer("metrics", "metrics", None),
    layer("health", "health", None),
    layer("security-headers", "`SecurityHeaders`", Some("8 of `SetResponseHeaderLayer`")),
    Layer {
        bare: "plaintext",
        ..asked("redirect", layer("https-redirect", "`HttpsRedirect`, its answer", None))
    },
    layer("normal-path", "`NormalPath`", Some("`NormalizePathLayer`")),
    asked("origin", layer("cors", "`Cors`", Some("`CorsLayer`"))),
    layer("rate-limit", "`RateLimit`", Some("`tower_governor`")),
    asked("form", layer("csrf", "`Csrf`, a POST", Some("`CsrfLayer`"))),
    layer("concurrency-limit", "`ConcurrencyLimit`", Some("`LoadShedLayer`, `GlobalConcurrencyLimitLayer`")),
    layer("time-limit", "`TimeLimit`", Some("`TimeoutLayer`")),
    asked("basic", layer("basic", "`RequireBasic`", Some("`ValidateRequestHeaderLayer`"))),
    asked("bearer", layer("bearer", "`RequireBearer`", Some("`ValidateRequestHeaderLayer`"))),
    Layer { bare: "plaintext", ..asked("session", layer("session", "`Session`, read", None)) },
    Layer { bare: "plaintext", ..asked("session-new", layer("session", "`Session`, begun and saved", None)) },
    Layer { bare: "plaintext", ..asked("kept", layer("shared-cache", "`SharedCache`, a hit", None)) },
    asked("gzip-small", layer("compression", "`Compression`, 13 bytes", Some("`CompressionLayer`"))),
    asked("gzip-orders", layer("compression", "`Compression`, 8 KiB of JSON", Some("`CompressionLayer`"))),
    layer("decompression", "`Decompression`, no coding", Some("`RequestDecompressionLayer`")),
    Layer {
        bare: "form",
        ..asked(
            "inflate",
            layer("decompression", "`Decompression`, 1 KiB of JSON", Some("`RequestDecompressionLayer`")),
        )
    },
    Layer {
        bare: "plaintext",
        ..asked("file-small", layer("files", "`StaticFiles`, 1 KiB, its answer", Some("`ServeDir`")))
    },
];

/// Stacks, with what they are; each is asked for each of [`STACK_REQUESTS`].
const STACKS: [(&str, &str); 3] =
    [("bare", "no layer"), ("production", "`Server::production`"), ("service", "the same and more")];

const STACK_REQUESTS: [(&str, &str); 3] = [
    ("service", "a browser's GET"),
    ("form", "a POST of 1 KiB"),
    ("gzip-orders", "8 KiB of JSON, compressed"),
];

/// What is measured: a server with a layer, asked for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    layer: &'static str,
    request: &'static str,
    pipeline: u32,
}

impl Point {
    /// As in the data.
    fn scenario(self) -> String {
        let Self { layer, request, pipeline } = self;
        format!("{layer}/{request}/{pipeline}")
    }

    const fn load(self) -> Scenario {
        let Self { layer, request, pipeline } = self;
        // What takes long in callgrind is asked for by fewer, and so less often.
        let connections = if matches!(request.as_bytes(), b"gzip-orders") { 8 } else { 64 };
        Scenario { name: layer, label: layer, request, connections, pipeline }
    }
}

impl Layer {
    fn with(&self) -> Point {
        Point { layer: self.name, request: self.request, pipeline: 16 }
    }

    fn without(&self) -> Point {
        Point { layer: "bare", request: self.bare, pipeline: 16 }
    }

    fn is_of(&self, server: &Server) -> bool {
        server.name == OURS.name || self.beside.is_some()
    }
}

/// All that is measured of a server, what has the same layer together.
fn points(server: &Server) -> Vec<Point> {
    let layers = ALL.iter().filter(|layer| layer.is_of(server));
    let mut points: Vec<_> = layers.flat_map(|layer| [layer.without(), layer.with()]).collect();
    for (layer, _) in STACKS {
        points.extend(STACK_REQUESTS.map(|(request, _)| Point { layer, request, pipeline: 1 }));
    }
    let mut known = Vec::new();
    points.retain(|point| {
        !known.contains(point) && {
            known.push(*point);
            true
        }
    });
    points.sort_by_key(|point| point.layer);
    points
}

/// Counts instructions and allocations.
///
/// # Errors
///
/// Where a server does not build, or what was counted cannot be written.
pub(crate) fn counts(bench: &mut Bench) -> Outcome {
    let folder = target().join("bench/counts");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    build()?;
    for server in SERVERS {
        for points in points(server).chunk_by(|one, other| one.layer == other.layer) {
            let Some(first) = points.first() else { continue };
            println!("counting: {}, {}", server.name, first.layer);
            let out = folder.join(server.name);
            let before = [layer_words(first.layer), under_callgrind(&out)].concat();
            let mut dumps = Dumps::new(out);
            match server.start(&before, 1) {
                Ok(process) => {
                    points.iter().for_each(|point| count(bench, server, &process, *point, &mut dumps));
                }
                Err(fault) => bench.left_out(&LAYERS, server, first.layer, &fault),
            }
            bench.save()?;
        }
    }
    Ok(())
}

fn count(bench: &mut Bench, server: &'static Server, process: &Running, point: Point, dumps: &mut Dumps) {
    match counts::cost(bench, process, &point.load(), dumps) {
        Ok([instructions, allocations]) => {
            for (measure, value) in [("layer_instructions", instructions), ("layer_allocations", allocations)]
            {
                let scenario = point.scenario();
                bench.data.push(Key { measure, server: server.name, scenario: &scenario }, 0, value);
            }
        }
        Err(fault) => bench.left_out(&LAYERS, server, &point.scenario(), &fault),
    }
}

/// Measures requests a second, and the processor's time of each, in rounds.
///
/// # Errors
///
/// Where a server does not build, or what was measured cannot be written.
pub(crate) fn times(bench: &mut Bench) -> Outcome {
    build()?;
    let mut running = Vec::new();
    for server in SERVERS {
        for points in points(server).chunk_by(|one, other| one.layer == other.layer) {
            let Some(first) = points.first() else { continue };
            match server.start(&[layer_words(first.layer), pinned("0")].concat(), 1) {
                Ok(process) => running.push((server, process, points.to_vec())),
                Err(fault) => bench.left_out(&LAYER_TIMES, server, first.layer, &fault),
            }
        }
    }
    for round in 0..bench.options.rounds {
        println!("round {} of {}: layers", round + 1, bench.options.rounds);
        for (server, process, points) in &running {
            points.iter().for_each(|point| time(bench, round, server, process, *point));
        }
        bench.save()?;
    }
    Ok(())
}

fn time(bench: &mut Bench, round: u32, server: &'static Server, process: &Running, point: Point) {
    let arguments = [format!("seconds={}", bench.options.seconds), format!("pid={}", process.pid())];
    match bench.driver.load(process, &point.load(), &arguments) {
        Ok(line) => {
            let scenario = point.scenario();
            for (measure, name) in [("layer_rate", "per_second"), ("layer_cpu_ns", "cpu_ns_per_request")] {
                let key = Key { measure, server: server.name, scenario: &scenario };
                if let Some(value) = line.number(name).filter(|value| *value > 0.0) {
                    bench.data.push(key, round, value);
                }
            }
        }
        Err(fault) => bench.left_out(&LAYER_TIMES, server, &point.scenario(), &fault),
    }
}

fn build() -> Outcome {
    files::make().map_err(|error| format!("files to serve: {error}"))?;
    servers::build_driver()?;
    SERVERS.into_iter().try_for_each(servers::build)
}

/// Words before a server that tell it its layer.
fn layer_words(layer: &str) -> Vec<String> {
    vec!["env".to_owned(), format!("LAYER={layer}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_stands_once_and_with_its_layer() {
        let ours = points(&OURS);
        let mut names: Vec<_> = ours.iter().map(|point| point.scenario()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), ours.len());
        let chunks = ours.chunk_by(|one, other| one.layer == other.layer).count();
        let mut layers: Vec<_> = ours.iter().map(|point| point.layer).collect();
        layers.dedup();
        assert_eq!((chunks, layers.len()), (layers.len(), chunks));
        assert!(points(&AXUM).len() < ours.len());
    }

    #[test]
    fn the_servers_know_each_layer() {
        for server in SERVERS {
            let folder = servers::workspace().join("servers").join(server.name).join("src");
            let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
            let source = [read("main.rs"), read("stack.rs")].concat();
            for point in points(server) {
                assert!(source.contains(&format!("\"{}\"", point.layer)), "{}: {}", server.name, point.layer);
            }
        }
    }
}
