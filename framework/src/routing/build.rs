//! Tables that are only known at run time, made by the functions that the compiler runs for `routes!`: for tests and
//! measurements.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a table that cannot be made is a mistake in a test"
)]

use super::gather::{self, Gathered, NO_ENTRY, NO_ROW, Target};
use super::trie::{self, Leaf, Node, SLOTS_PER_NODE, TrieMut};
#[cfg(test)]
use super::{Captures, Found, conflict};
use super::{Item, Pattern, RouteInfo, Scope, Segment, Sizes, Source, Sources, Table};

/// A table of routes such as `GET|PUT /users/:id /me`; each is called as its first pattern and method, and stands in
/// the line of its place.
pub(crate) fn table(routes: &[&str]) -> &'static Table {
    build(&sources(routes))
}

/// The message of each conflict, one at most for each route.
#[cfg(test)]
pub(crate) fn conflicts(sources: &Sources) -> Vec<String> {
    let table = build(sources);
    let mut found = vec![None; sources.items.len()];
    conflict::find(sources, table, &mut found);
    found.iter().flatten().map(|conflict| conflict.message(table).as_str().to_owned()).collect()
}

pub(crate) fn sources(routes: &[&str]) -> Sources {
    let items = routes.iter().enumerate().map(|(index, route)| Item {
        scope: 0,
        source: Source::Route(leak(route_info(route, u32::try_from(index + 1).unwrap()))),
    });
    Sources { scopes: &[Scope { prefix: "", segments: &[], key: 0, layers: &[] }], items: leak_slice(items) }
}

fn route_info(route: &str, line: u32) -> RouteInfo {
    let route: &'static str = leak(route.to_owned());
    let (methods, patterns) = route.split_once(' ').unwrap();
    let patterns = patterns.split(' ').map(|text| Pattern { text, segments: segments(text) });
    let methods = leak_slice(methods.split('|'));
    RouteInfo {
        methods,
        patterns: leak_slice(patterns),
        name: route,
        file: "src/main.rs",
        line,
        ..RouteInfo::NONE
    }
}

/// The segments as `#[route]` reads them.
pub(crate) fn segments(pattern: &'static str) -> &'static [Segment] {
    leak_slice(pattern.strip_prefix('/').unwrap().split('/').map(|text| match text.as_bytes() {
        [b':', ..] => Segment::Param(&text[1..]),
        [b'*', ..] => Segment::CatchAll(&text[1..]),
        _ => Segment::Literal(text),
    }))
}

pub(crate) fn build(sources: &Sources) -> &'static Table {
    let sizes = Sizes::of(sources);
    let mut text = vec![0; sizes.text];
    gather::write_texts(sources, &mut text);
    let mut entries = vec![NO_ENTRY; sizes.routes];
    let mut rows = vec![NO_ROW; sizes.rows];
    let mut segments = vec![Segment::Literal(""); sizes.segments];
    let mut layers = vec![""; sizes.layers];
    let target =
        Target { entries: &mut entries, rows: &mut rows, segments: &mut segments, layers: &mut layers };
    gather::fill(sources, text.leak(), target);
    let gathered = Gathered { entries: entries.leak(), rows: rows.leak(), layers: layers.leak() };
    let most = sizes.most_nodes();
    let (mut planned, mut ends) = (vec![Node::EMPTY; most], vec![0; sizes.rows]);
    let mut slots = vec![[0; SLOTS_PER_NODE]; most];
    let len = trie::plan_nodes(&gathered, &segments, &mut planned, &mut slots, &mut ends);
    let nodes = vec![Node::EMPTY; len].leak();
    let leaves = vec![Leaf::NONE; sizes.leaves].leak();
    let slots = vec![[0; SLOTS_PER_NODE]; len].leak();
    trie::build(&gathered, (&planned, &ends), TrieMut { nodes, leaves, slots }, &mut vec![0; len]);
    leak(Table::of_slices(gathered, TrieMut { nodes, leaves, slots }))
}

/// What a look-up finds, as `name of the route [captures]`.
#[cfg(test)]
pub(crate) fn find(table: &Table, method: &str, path: &str) -> Result<(&'static str, Vec<String>), Found> {
    let mut captures = Captures::default();
    let method = crate::Method::from_bytes(method.as_bytes()).unwrap();
    let Found::Route(index) = table.find(&method, path, &mut captures) else {
        assert!(captures.get(0).is_none(), "captures of a search that found nothing are forgotten");
        return Err(table.find(&method, path, &mut Captures::default()));
    };
    let texts = (0..).map_while(|index| captures.get(index)).map(|(start, end)| path[start..end].to_owned());
    Ok((table.full_pattern(index, captures.pattern()).unwrap(), texts.collect()))
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn leak_slice<T>(values: impl Iterator<Item = T>) -> &'static [T] {
    values.collect::<Vec<_>>().leak()
}
