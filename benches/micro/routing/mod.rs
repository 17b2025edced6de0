//! Look-ups in routing tables, against `matchit`, by what is looked up.
//!
//! Ours finds the method too, tells a wrong one from a path that is unknown, and notes the parameters' places;
//! `matchit` finds a value for the path and the parameters.

mod generated;
mod github;
mod mixes;

use std::hint::black_box;

use server::__micro::Table;

use self::mixes::{Lookup, Mix, mixes};
use crate::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    let github: Vec<String> = github::ROUTES.iter().map(|&route| route.to_owned()).collect();
    [("github", github), ("thousand", generated::routes(1000))]
        .iter()
        .flat_map(|(name, routes)| {
            mixes(routes).into_iter().map(|mix| case(name, routes, mix)).collect::<Vec<_>>()
        })
        .collect()
}

fn case(table_name: &str, routes: &[String], mut mix: Mix) -> Case {
    let table = Table::of(&routes.iter().map(String::as_str).collect::<Vec<_>>());
    let matchit = matchit_of(routes);
    if mix.expected == Err(404) {
        // Made up as they are, some paths are known after all.
        mix.lookups.retain(|lookup| matchit.at(&lookup.path).is_err());
    }
    for Lookup { method, path } in &mix.lookups {
        assert_eq!(table.find(method, path).map(|(_, params)| params), mix.expected, "{method} {path}");
        assert_eq!(matchit.at(path).is_err(), mix.expected == Err(404), "{path}");
    }
    let (name, operations) = (format!("routing/{table_name}/{}", mix.name), mix.lookups.len());
    let theirs: Vec<String> = mix.lookups.iter().map(|lookup| lookup.path.clone()).collect();
    let ours = move || {
        for Lookup { method, path } in black_box(&mix.lookups) {
            black_box(table.find(method, path).is_ok());
        }
    };
    let theirs = move || {
        for path in black_box(&theirs) {
            black_box(matchit.at(path).is_ok());
        }
    };
    Case::new(name, ours).operations(operations).against("matchit", theirs)
}

/// The same patterns as `matchit` writes them; a parameter is named after its place, as two names in one place are a
/// conflict to it.
fn matchit_of(routes: &[String]) -> matchit::Router<usize> {
    let mut router = matchit::Router::new();
    for (index, route) in routes.iter().enumerate() {
        let pattern = route.split_once(' ').map_or("", |(_, pattern)| pattern);
        let segments = pattern.split('/').skip(1).enumerate().map(|(place, segment)| {
            if segment.starts_with(':') { format!("/{{p{place}}}") } else { format!("/{segment}") }
        });
        router.insert(segments.collect::<String>(), index).expect("no two routes are in conflict");
    }
    router
}
