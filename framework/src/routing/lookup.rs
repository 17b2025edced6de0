//! Looking a path up in the trie.
//!
//! # Precedence
//!
//! Let a pattern match a path where each of its segments takes the path's segment at its place: a literal the same
//! bytes, a param any that is not empty, a catch-all (always the last) the rest of the path, if that has one byte at
//! least. Of the patterns that match and have the method, the one answers whose segments, from the left, are first
//! of the more telling kind: literal before param before catch-all. No two are alike in this, as `routes!` refuses
//! such. A pattern with GET has HEAD too.
//!
//! # Cost
//!
//! The search goes down the more telling child first and comes back where that leads nowhere. Each node has one way
//! to it from the root, so that a look-up enters a node at most once, whatever the path: it takes at most as many
//! steps as the trie has nodes, and needs no memory of where it was. It goes no deeper than the longest pattern; the
//! path's other segments are not looked at.

use ::http::{HeaderValue, Method};

use super::Captures;
use super::table::Table;
use super::trie::{Leaf, Node};

/// What the table says of a method and a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "named as the statuses are")]
pub(crate) enum Found {
    /// The handler at this index answers.
    Route(usize),
    /// Some pattern matches the path; none of those has the method.
    MethodNotAllowed,
    /// No pattern matches the path.
    NotFound,
}

/// The methods that a path, or a whole table, answers: complete with HEAD where GET is, and with OPTIONS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowed(Vec<&'static str>);

/// The order in which `Allow` lists the methods of RFC 9110 §9 and PATCH; all others follow, by their names.
const LISTED_FIRST: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];

impl Table {
    /// Finds the handler for a path as it stands in a request target, and where its parameters are.
    ///
    /// `captures` must be empty; it stays so where no handler is found.
    pub(crate) fn find(&self, method: &Method, path: impl AsRef<[u8]>, captures: &mut Captures) -> Found {
        let mut choice = Choice { method: method.as_str(), found: Found::NotFound };
        self.visit(path.as_ref(), captures, &mut choice);
        choice.found
    }

    /// The methods of all patterns that match the path; `None` where none does.
    pub(crate) fn allowed(&self, path: impl AsRef<[u8]>) -> Option<Allowed> {
        let mut gathered = AllMethods(Vec::new());
        self.visit(path.as_ref(), &mut Captures::default(), &mut gathered);
        (!gathered.0.is_empty()).then(|| Allowed::complete(gathered.0))
    }

    /// The methods of the whole table, for `OPTIONS *` (RFC 9110 §9.3.7).
    pub(crate) fn all_allowed(&self) -> Allowed {
        Allowed::complete(self.leaves().iter().map(|leaf| leaf.method).collect())
    }

    /// Shows `visitor` the leaves of each pattern that matches, by precedence, until it stops.
    pub(super) fn visit(&self, path: &[u8], captures: &mut Captures, visitor: &mut impl Visitor) {
        if let (Some(root), true) = (self.nodes.first(), path.starts_with(b"/")) {
            Search { table: self, path, visitor }.descend(root, 0, captures);
        }
    }

    fn literal(&self, node: &Node, segment: &[u8]) -> Option<&'static Node> {
        let (start, len) = node.literals;
        let start = usize::from(start);
        let children = self.nodes.get(start..start + usize::from(len))?;
        // A handful is looked through faster than halved.
        if children.len() <= 8 {
            return children.iter().find(|child| child.literal.as_bytes() == segment);
        }
        let place = children.binary_search_by(|child| {
            let literal = child.literal.as_bytes();
            literal.len().cmp(&segment.len()).then_with(|| literal.cmp(segment))
        });
        children.get(place.ok()?)
    }

    /// The node at this index; `None` at 0, which stands for no child.
    fn child(&self, index: u16) -> Option<&'static Node> {
        if index == 0 { None } else { self.nodes.get(usize::from(index)) }
    }
}

/// Who goes along with a search.
pub(super) trait Visitor {
    /// The search enters a node.
    fn enter(&mut self) {}

    /// The whole path led to these; whether the search stops here.
    fn arrive(&mut self, leaves: &[Leaf], captures: &mut Captures) -> bool;
}

/// Looks for the first pattern that has the method.
struct Choice<'a> {
    method: &'a str,
    found: Found,
}

impl Visitor for Choice<'_> {
    fn arrive(&mut self, leaves: &[Leaf], captures: &mut Captures) -> bool {
        let with = |method| leaves.iter().find(|leaf| leaf.method == method);
        // GET answers HEAD (RFC 9110 §9.3.2).
        let leaf = with(self.method).or_else(|| if self.method == "HEAD" { with("GET") } else { None });
        let Some(leaf) = leaf else {
            self.found = Found::MethodNotAllowed;
            return false;
        };
        captures.set_pattern(leaf.pattern);
        self.found = Found::Route(usize::from(leaf.entry));
        true
    }
}

/// Gathers the methods of all patterns that match.
struct AllMethods(Vec<&'static str>);

impl Visitor for AllMethods {
    fn arrive(&mut self, leaves: &[Leaf], _: &mut Captures) -> bool {
        self.0.extend(leaves.iter().map(|leaf| leaf.method));
        false
    }
}

struct Search<'a, V> {
    table: &'a Table,
    path: &'a [u8],
    visitor: &'a mut V,
}

impl<V: Visitor> Search<'_, V> {
    /// Goes on from `node`, to which the path led up to, and without, `at`: a slash or the path's end. Says whether
    /// the visitor stopped.
    fn descend(&mut self, mut node: &'static Node, mut at: usize, captures: &mut Captures) -> bool {
        loop {
            self.visitor.enter();
            let Some((_, rest)) = self.path.get(at..).and_then(<[u8]>::split_first) else {
                let leaves = self.table.leaves_of(node);
                return !leaves.is_empty() && self.visitor.arrive(leaves, captures);
            };
            let start = at + 1;
            let len = memchr::memchr(b'/', rest).unwrap_or(rest.len());
            let end = start + len;
            let literal = self.table.literal(node, rest.get(..len).unwrap_or(rest));
            match (literal, self.table.child(node.param), self.table.child(node.catch_all)) {
                (None, None, None) => return false,
                // The only way on needs no return.
                (Some(next), None, None) => (node, at) = (next, end),
                (literal, param, catch_all) => {
                    return literal.is_some_and(|next| self.descend(next, end, captures))
                        || self.take(param, (start, end), captures)
                        || self.take(catch_all, (start, self.path.len()), captures);
                }
            }
        }
    }

    /// Captures a span that is not empty and goes on behind it; forgets it where that leads nowhere.
    fn take(
        &mut self,
        child: Option<&'static Node>,
        (start, end): (usize, usize),
        captures: &mut Captures,
    ) -> bool {
        let Some(child) = child.filter(|_| start < end) else { return false };
        if !captures.push(start, end) {
            return false;
        }
        let stopped = self.descend(child, end, captures);
        if !stopped {
            captures.pop();
        }
        stopped
    }
}

impl Allowed {
    /// Those of what can only be read.
    pub(crate) fn reading() -> Self {
        Self::complete(vec!["GET"])
    }

    fn complete(mut methods: Vec<&'static str>) -> Self {
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        let place = |method: &str| LISTED_FIRST.iter().position(|&listed| listed == method);
        methods.sort_by_key(|&method| (place(method).unwrap_or(LISTED_FIRST.len()), method));
        methods.dedup();
        Self(methods)
    }

    /// The methods, without repetition.
    pub(crate) fn methods(&self) -> &[&'static str] {
        &self.0
    }

    /// The value of `Allow` (RFC 9110 §10.2.1).
    pub(crate) fn header_value(&self) -> HeaderValue {
        HeaderValue::try_from(self.0.join(", ")).expect("methods are tokens: `#[route]` refuses others")
    }
}
