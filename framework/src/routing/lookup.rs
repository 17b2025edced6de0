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
use super::key::{Key, same_long};
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

const GET: Key = Key::of("GET");
const HEAD: Key = Key::of("HEAD");

/// The order in which `Allow` lists the methods of RFC 9110 §9 and PATCH; all others follow, by their names.
const LISTED_FIRST: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];

impl Table {
    /// Finds the handler for a path as it stands in a request target, and where its parameters are.
    ///
    /// `captures` must be empty; it stays so where no handler is found.
    pub(crate) fn find(&self, method: &Method, path: impl AsRef<[u8]>, captures: &mut Captures) -> Found {
        // Most requests are of one method, whose key needs no reading.
        let key = if *method == Method::GET { GET } else { key_of(method) };
        let mut choice = Choice { method, key, found: Found::NotFound };
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
        if path.starts_with(b"/") && !(Search { table: self, path }).walk(0, 0, captures, visitor) {
            captures.truncate(0);
        }
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
    method: &'a Method,
    key: Key,
    found: Found,
}

/// The key of any method; out of the way of the one that needs none.
#[inline(never)]
fn key_of(method: &Method) -> Key {
    Key::of(method.as_str())
}

impl Visitor for Choice<'_> {
    #[inline(always)]
    fn arrive(&mut self, leaves: &[Leaf], captures: &mut Captures) -> bool {
        let Self { method, key, .. } = *self;
        let has_method = |leaf: &&Leaf| leaf.key == key && (key.is_whole() || leaf.method == method.as_str());
        let leaf = leaves.iter().find(has_method);
        // GET answers HEAD (RFC 9110 §9.3.2).
        let leaf = leaf.or_else(|| leaves.iter().find(|leaf| key == HEAD && leaf.key == GET));
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

#[derive(Clone, Copy)]
struct Search<'a> {
    table: &'a Table,
    path: &'a [u8],
}

impl Search<'_> {
    /// Goes on from the node `place`, to which the path led up to, and without, `at`: a slash or the path's end. Says
    /// whether the visitor stopped; where it did not, captures may have been added that lead nowhere.
    ///
    /// Inlined into the look-up: most paths are found without a call.
    #[inline(always)]
    fn walk(
        self,
        mut place: usize,
        mut at: usize,
        captures: &mut Captures,
        visitor: &mut impl Visitor,
    ) -> bool {
        loop {
            visitor.enter();
            let Some(node) = self.table.nodes.get(place) else { return false };
            if at >= self.path.len() {
                let leaves = self.table.leaves_of(node);
                return !leaves.is_empty() && visitor.arrive(leaves, captures);
            }
            let start = at + 1;
            let (end, key) = Key::read(self.path, start);
            let literal = if node.literals == 0 { 0 } else { self.literal(place, key, start, end) };
            // The only way on needs no return.
            place = if literal != 0 && !node.has_others {
                literal
            } else if literal != 0 || node.catch_all != 0 {
                return self.fork(Fork { node, literal, start, end }, captures, visitor);
            } else if node.param != 0 && start < end && captures.push(start, end) {
                usize::from(node.param)
            } else {
                return false;
            };
            at = end;
        }
    }

    /// The same behind a fork.
    fn descend(self, place: usize, at: usize, captures: &mut Captures, visitor: &mut impl Visitor) -> bool {
        self.walk(place, at, captures, visitor)
    }

    /// Tries one way on after the other.
    #[inline(never)]
    fn fork(self, fork: Fork<'_>, captures: &mut Captures, visitor: &mut impl Visitor) -> bool {
        let Fork { node, literal, start, end } = fork;
        let captured = captures.len();
        if literal != 0 {
            if self.descend(literal, end, captures, visitor) {
                return true;
            }
            captures.truncate(captured);
        }
        if node.param != 0 && start < end && captures.push(start, end) {
            if self.descend(usize::from(node.param), end, captures, visitor) {
                return true;
            }
            captures.truncate(captured);
        }
        let end = self.path.len();
        node.catch_all != 0
            && start < end
            && captures.push(start, end)
            && self.descend(usize::from(node.catch_all), end, captures, visitor)
    }

    /// The child of `parent` whose literal is the segment from `start` to `end`; 0 where there is none.
    #[inline(always)]
    fn literal(self, parent: usize, key: Key, start: usize, end: usize) -> usize {
        let slots = self.table.slots.as_flattened();
        let mut slot = key.slot(parent, slots.len());
        // Ends: there are more slots than nodes.
        while let Some(&index) = slots.get(slot)
            && let index = usize::from(index)
            && let Some(child) = self.table.nodes.get(index)
            && index != 0
        {
            if child.key == key
                && usize::from(child.parent) == parent
                && (key.is_whole() || self.has_literal(child, start, end))
            {
                return index;
            }
            slot = if slot + 1 == slots.len() { 0 } else { slot + 1 };
        }
        0
    }

    /// Whether the segment, which has the node's key, has its literal.
    #[inline(never)]
    fn has_literal(self, node: &Node, start: usize, end: usize) -> bool {
        self.path.get(start..end).is_some_and(|segment| same_long(node.literal.as_bytes(), segment))
    }
}

/// A node from which there is more than one way on.
struct Fork<'a> {
    node: &'a Node,
    /// The child that has the segment for its literal; 0 where none has.
    literal: usize,
    /// Where the segment lies.
    start: usize,
    end: usize,
}

impl Allowed {
    /// Those of what can only be read.
    pub(crate) fn reading() -> Self {
        Self::complete(vec!["GET"])
    }

    fn complete(found: Vec<&'static str>) -> Self {
        let head = found.contains(&"GET").then_some("HEAD");
        let key = |method: &'static str| {
            let listed = LISTED_FIRST.iter().position(|&listed| listed == method);
            (listed.unwrap_or(LISTED_FIRST.len()), method)
        };
        let mut methods: Vec<&'static str> = Vec::with_capacity(found.len() + 2);
        for method in found.into_iter().chain(head).chain(["OPTIONS"]) {
            if let Err(place) = methods.binary_search_by(|known| key(known).cmp(&key(method))) {
                methods.insert(place, method);
            }
        }
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
