//! Random tables and paths: the trie against the rules as written down, and against `matchit`.

use std::collections::HashSet;

use proptest::prelude::*;

use crate::routing::Found;
use crate::routing::build::{find, table};

/// A pattern or a path that has few different pieces, so that many of them meet.
fn pieces(choices: &'static [&'static str], last: &'static [&'static str]) -> impl Strategy<Value = String> {
    let inner = prop::collection::vec(prop::sample::select(choices), 0..4);
    (inner, prop::sample::select(last)).prop_map(|(mut pieces, last)| {
        pieces.push(last);
        format!("/{}", pieces.join("/"))
    })
}

fn pattern() -> impl Strategy<Value = String> {
    let choices =
        &["a", "b", "ab", "a-literal-longer-than-a-key-1", "a-literal-longer-than-a-key-2", "", ":p"];
    pieces(choices, &["a", "ab", "", ":p", ":p", "*c", "a-literal-longer-than-a-key-1"])
}

fn path() -> impl Strategy<Value = String> {
    let choices =
        &["a", "b", "ab", "abc", "a-literal-longer-than-a-key-1", "a-literal-longer-than-a-key-2", "", "%2F"];
    pieces(choices, choices)
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["GET", "HEAD", "POST", "PURGE"])
}

/// What segment by segment decides: literal, param, catch-all.
fn kinds(pattern: &str) -> Vec<u8> {
    let kind = |segment: &str| match segment.as_bytes().first() {
        Some(b':') => 1,
        Some(b'*') => 2,
        _ => 0,
    };
    pattern[1..].split('/').map(kind).collect()
}

/// The captures where the pattern matches the path, straight from the definition.
fn matches(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut captures = Vec::new();
    let mut rest = Some(&path[1..]);
    for segment in pattern[1..].split('/') {
        let remaining = rest?;
        let (taken, after) = match remaining.split_once('/') {
            _ if segment.starts_with('*') => (remaining, None),
            Some((taken, after)) => (taken, Some(after)),
            None => (remaining, None),
        };
        if segment.starts_with([':', '*']) {
            captures.push(taken.to_owned());
            if taken.is_empty() {
                return None;
            }
        } else if segment != taken {
            return None;
        }
        rest = after;
    }
    rest.is_none().then_some(captures)
}

/// The answer by the rules: among the patterns that match and have the method, the first by kinds.
fn specified(routes: &[(&str, String)], method: &str, path: &str) -> Result<(String, Vec<String>), Found> {
    let matching: Vec<_> = routes.iter().filter(|(_, pattern)| matches(pattern, path).is_some()).collect();
    let has = |own: &str| own == method || (method == "HEAD" && own == "GET");
    let able = matching.iter().filter(|(own, _)| has(own));
    let chosen = able.min_by_key(|(own, pattern)| (kinds(pattern), *own != method));
    match chosen {
        Some((_, pattern)) => Ok((pattern.clone(), matches(pattern, path).unwrap())),
        None if matching.is_empty() => Err(Found::NotFound),
        None => Err(Found::MethodNotAllowed),
    }
}

fn translated(pattern: &str) -> String {
    let segments = pattern[1..].split('/').enumerate().map(|(index, segment)| match segment.as_bytes() {
        [b':', ..] => format!("/{{p{index}}}"),
        [b'*', ..] => format!("/{{*p{index}}}"),
        _ => format!("/{segment}"),
    });
    segments.collect()
}

/// Whether behind the same segments one has a param, the other a catch-all.
fn meet(one: &str, other: &str) -> bool {
    let mut pairs = one.split('/').zip(other.split('/'));
    pairs.find(|(one, other)| one != other).is_some_and(|pair| matches!(pair, (":p", "*c") | ("*c", ":p")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_trie_finds_what_the_rules_say(
        routes in prop::collection::vec((method(), pattern()), 0..24),
        requests in prop::collection::vec((method(), path()), 1..24),
    ) {
        let mut seen = HashSet::new();
        let routes: Vec<_> = routes.into_iter().filter(|route| seen.insert(route.clone())).collect();
        let texts: Vec<_> = routes.iter().map(|(method, pattern)| format!("{method} {pattern}")).collect();
        let table = table(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        for (method, path) in &requests {
            let found = find(table, method, path).map(|(pattern, captures)| (pattern.to_owned(), captures));
            prop_assert_eq!(&found, &specified(&routes, method, path), "{} {} in {:?}", method, path, texts);
            let allowed = table.allowed(path).map(|allowed| allowed.methods().to_vec());
            let matching = routes.iter().filter(|(_, pattern)| matches(pattern, path).is_some());
            let methods: HashSet<_> = matching.map(|(method, _)| *method).collect();
            prop_assert_eq!(allowed.is_some(), !methods.is_empty());
            for method in allowed.unwrap_or_default() {
                let follows = method == "OPTIONS" || (method == "HEAD" && methods.contains("GET"));
                prop_assert!(follows || methods.contains(method));
            }
        }
    }

    #[test]
    fn the_trie_finds_what_matchit_finds(
        patterns in prop::collection::vec(pattern(), 0..24),
        paths in prop::collection::vec(path(), 1..24),
    ) {
        // `matchit` refuses a catch-all beside a param, which our trie takes; nothing else that we take.
        let mut router = matchit::Router::new();
        let mut accepted: Vec<String> = Vec::new();
        for pattern in patterns {
            let refused = accepted.iter().any(|other| *other == pattern || meet(other, &pattern));
            prop_assert_eq!(router.insert(translated(&pattern), pattern.clone()).is_err(), refused, "{}", pattern);
            if !refused {
                accepted.push(pattern);
            }
        }
        let patterns = accepted;
        let texts: Vec<_> = patterns.iter().map(|pattern| format!("GET {pattern}")).collect();
        let table = table(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        for path in &paths {
            let ours = find(table, "GET", path).ok();
            let theirs = router.at(path).ok().map(|found| {
                (found.value.clone(), found.params.iter().map(|(_, text)| text.to_owned()).collect::<Vec<_>>())
            });
            let ours = ours.map(|(pattern, captures)| (pattern.to_owned(), captures));
            prop_assert_eq!(ours, theirs, "{} in {:?}", path, texts);
        }
    }
}
