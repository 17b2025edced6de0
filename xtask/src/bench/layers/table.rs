//! The tables of layers and stacks.

use std::fmt::Write as _;

use super::{ALL, AXUM, Layer, OURS, Point, STACK_REQUESTS, STACKS};
use crate::bench::data::{Data, Key};
use crate::bench::servers::Server;
use crate::bench::statistics::Summary;
use crate::bench::tables::{NONE, thousands};

/// What each layer adds: nanoseconds, instructions and allocations, ours and axum's.
pub(crate) fn layers(data: &Data) -> String {
    let mut text =
        "| layer | ns | instructions | allocations | in axum | ns | instructions | allocations |\n\
        |---|---:|---:|---:|---|---:|---:|---:|\n"
            .to_owned();
    for layer in &ALL {
        let beside = layer.beside.unwrap_or(NONE);
        let (ours, axum) = (cells(data, layer, &OURS), cells(data, layer, &AXUM));
        let _ = writeln!(text, "| {} | {ours} | {beside} | {axum} |", layer.label);
    }
    text
}

fn cells(data: &Data, layer: &Layer, server: &Server) -> String {
    let added = |measure| {
        let value =
            |point: Point| data.median(Key { measure, server: server.name, scenario: &point.scenario() });
        Some(value(layer.with())? - value(layer.without())?)
    };
    let whole = |measure| added(measure).map_or_else(|| NONE.to_owned(), thousands);
    let allocations = added("layer_allocations").map_or_else(|| NONE.to_owned(), tenths);
    [whole("layer_cpu_ns"), whole("layer_instructions"), allocations].join(" | ")
}

/// What a request through a stack costs: ours, axum's, and the one over the other.
pub(crate) fn stacks(data: &Data) -> String {
    let mut text = "| stack | request | instructions | axum | ratio | allocations | axum | requests a second over axum's | CPU \
        over axum's |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for (layer, stack) in STACKS {
        for (request, label) in STACK_REQUESTS {
            let scenario = Point { layer, request, pipeline: 1 }.scenario();
            let key = |measure, server: &Server| Key { measure, server: server.name, scenario: &scenario };
            let value = |measure, server| data.median(key(measure, server));
            let count =
                |server| value("layer_instructions", server).map_or_else(|| NONE.to_owned(), thousands);
            let allocations = |server| {
                value("layer_allocations", server)
                    .map_or_else(|| NONE.to_owned(), |count| format!("{count:.1}"))
            };
            let ratio = |measure| data.ratio_to(key(measure, &OURS), key(measure, &AXUM));
            let instructions = ratio("layer_instructions")
                .map_or_else(|| NONE.to_owned(), |summary| format!("{:.2}", summary.median));
            let _ = writeln!(
                text,
                "| {stack} | {label} | {} | {} | {instructions} | {} | {} | {} | {} |",
                count(&OURS),
                count(&AXUM),
                allocations(&OURS),
                allocations(&AXUM),
                spread(ratio("layer_rate")),
                spread(ratio("layer_cpu_ns")),
            );
        }
    }
    text
}

/// With one digit behind the point; nothing is less than nothing.
fn tenths(count: f64) -> String {
    format!("{:.1}", (count * 10.0).round() / 10.0 + 0.0)
}

/// A ratio, with the rounds farthest apart.
fn spread(ratio: Option<Summary>) -> String {
    ratio.map_or_else(
        || NONE.to_owned(),
        |Summary { median, min, max }| format!("{median:.2} ({min:.2}–{max:.2})"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_costs_the_difference_to_none() {
        let mut data = Data::default();
        for (scenario, value) in [("bare/origin/16", 2_000.0), ("cors/origin/16", 3_500.0)] {
            data.push(Key { measure: "layer_instructions", server: "ours-layers", scenario }, 0, value);
        }
        let table = layers(&data);
        assert!(table.contains("| `Cors` | – | 1,500 | – | `CorsLayer` | – | – | – |"), "{table}");
    }

    #[test]
    fn a_stack_is_told_over_axums() {
        let mut data = Data::default();
        for (server, value) in [("ours-layers", 10_000.0), ("axum-layers", 40_000.0)] {
            data.push(Key { measure: "layer_instructions", server, scenario: "production/form/1" }, 0, value);
            data.push(Key { measure: "layer_rate", server, scenario: "production/form/1" }, 0, value);
        }
        let table = stacks(&data);
        let row = "| `Server::production` | a POST of 1 KiB | 10,000 | 40,000 | 0.25 | – | – | 0.25 (0.25–0.25) | – |";
        assert!(table.contains(row), "{table}");
    }
}
