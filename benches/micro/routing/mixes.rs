//! What is looked up in a table: paths with so many parameters, paths that are unknown, methods that are wrong.

use server::Method;

/// How many look-ups a mix has at most.
const MOST: usize = 64;

/// What stands in paths in place of parameters.
const TEXTS: [&str; 7] = ["rust-lang", "fingerpost", "4711", "octocat", "v1.0.0", "9d7a1e4", "main"];

/// Look-ups of one kind.
pub(super) struct Mix {
    pub(super) name: &'static str,
    pub(super) lookups: Vec<Lookup>,
    /// How many parameters each of them finds, or the status of the refusal.
    pub(super) expected: Result<usize, u16>,
}

/// One of them.
pub(super) struct Lookup {
    pub(super) method: Method,
    pub(super) path: String,
}

/// The mixes of a table whose routes are such as `GET|PUT /users/:id`.
pub(super) fn mixes(routes: &[String]) -> Vec<Mix> {
    let with = |params| move |pattern: &str| pattern.matches(':').count() == params;
    let same = |path: String| path;
    let mix = |name, expected, method, chosen: &dyn Fn(&str) -> bool, path: fn(String) -> String| Mix {
        name,
        expected,
        lookups: lookups(routes, method, chosen, path),
    };
    vec![
        mix("static", Ok(0), None, &with(0), same),
        mix("one-param", Ok(1), None, &with(1), same),
        mix("two-params", Ok(2), None, &with(2), same),
        mix("three-params", Ok(3), None, &with(3), same),
        // A last segment that no pattern has, below all kinds of patterns that end with a literal.
        mix("miss", Err(404), None, &|pattern| !ends_with_param(pattern), |path| path + "-not/there"),
        mix("wrong-method", Err(405), Some(Method::TRACE), &|_| true, same),
    ]
}

fn lookups(
    routes: &[String],
    method: Option<Method>,
    chosen: &dyn Fn(&str) -> bool,
    path: fn(String) -> String,
) -> Vec<Lookup> {
    let routes = routes.iter().filter_map(|route| route.split_once(' '));
    let chosen: Vec<_> = routes.filter(|(_, pattern)| chosen(pattern)).collect();
    let step = chosen.len().div_ceil(MOST).max(1);
    let lookups = chosen.iter().step_by(step).enumerate().map(|(turn, (methods, pattern))| {
        let own = || methods.split('|').nth(turn % 2).or(methods.split('|').next());
        let own = || own().and_then(|method| method.parse().ok()).unwrap_or_default();
        Lookup { method: method.clone().unwrap_or_else(own), path: path(filled(pattern, turn)) }
    });
    lookups.collect()
}

fn ends_with_param(pattern: &str) -> bool {
    pattern.rsplit('/').next().is_some_and(|last| last.starts_with(':'))
}

/// A path that the pattern matches.
fn filled(pattern: &str, turn: usize) -> String {
    let segments = pattern.split('/').skip(1).enumerate().map(|(place, segment)| {
        let text = TEXTS.get((place + turn) % TEXTS.len()).copied().unwrap_or_default();
        format!("/{}", if segment.starts_with(':') { text } else { segment })
    });
    segments.collect()
}
