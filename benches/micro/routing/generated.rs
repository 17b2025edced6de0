//! Routes made up by counting, the same ones each time.

use std::collections::HashSet;

const WORDS: [&str; 40] = [
    "accounts",
    "activity",
    "admin",
    "api",
    "archive",
    "assets",
    "billing",
    "books",
    "cart",
    "categories",
    "comments",
    "customers",
    "dashboard",
    "devices",
    "documents",
    "events",
    "exports",
    "files",
    "groups",
    "history",
    "images",
    "invoices",
    "items",
    "jobs",
    "labels",
    "messages",
    "notifications",
    "orders",
    "organizations",
    "payments",
    "pages",
    "products",
    "projects",
    "reports",
    "search",
    "sessions",
    "settings",
    "subscriptions",
    "users",
    "webhooks",
];

/// The first so many routes, no two of which are in conflict.
pub(super) fn routes(count: usize) -> Vec<String> {
    let (mut routes, mut seen) = (Vec::new(), HashSet::new());
    let mut random = Random(1);
    while routes.len() < count {
        let pattern = pattern(&mut random);
        if seen.insert(pattern.clone()) {
            let methods =
                ["GET", "GET|POST", "GET|PUT|DELETE", "POST"].get(random.below(4)).unwrap_or(&"GET");
            routes.push(format!("{methods} {pattern}"));
        }
    }
    routes
}

/// One to six segments; the first is a word, of the others every third is a parameter.
fn pattern(random: &mut Random) -> String {
    let segments = (0..=random.below(6)).map(|place| {
        if place > 0 && random.below(3) == 0 { format!("/:p{place}") } else { format!("/{}", random.word()) }
    });
    segments.collect()
}

/// A linear congruential generator; the constants are Knuth's.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    fn word(&mut self) -> &'static str {
        WORDS.get(self.below(WORDS.len())).copied().unwrap_or_default()
    }
}
