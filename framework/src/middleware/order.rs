//! The order of middleware: where each of the box stands in the default stack, and which orders make one useless.
//!
//! A wrong order in one list, of a scope or of a route, does not compile; what depends on the whole chain, from the
//! server's layers to the route's, is told when the server starts, before it listens. Middleware of the application's
//! own is never refused: nobody knows what it does.

#![expect(clippy::indexing_slicing, reason = "runs in the compiler too, which refuses a wrong index")]

use super::{Layer, Middleware};

/// Which middleware of the box a value is, to the order of a stack; the variants stand as
/// [`Server::production`](crate::Server::production) has them, outermost first.
///
/// ```
/// use server::layers::{Cors, Kind};
/// use server::{Middleware, Next, Request, Response};
///
/// /// CORS for all but probes.
/// struct MostCors(Cors);
///
/// impl<S: Sync> Middleware<S> for MostCors {
///     // To the order it is what it wraps.
///     const KIND: Kind = Kind::Cors;
///
///     async fn call(&self, request: Request, state: &S, next: Next<'_>) -> Response {
///         match request.path() {
///             "/probe" => next.run(request).await,
///             _ => self.0.call(request, state, next).await,
///         }
///     }
///
///     fn answers_preflights(&self) -> bool {
///         Middleware::<S>::answers_preflights(&self.0)
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// [`SecurityHeaders`](crate::layers::SecurityHeaders): outermost, as answers that others make need its fields too.
    SecurityHeaders,
    /// [`HttpsRedirect`](crate::layers::HttpsRedirect): before anything is asked for in the clear.
    HttpsRedirect,
    /// [`NormalPath`](crate::layers::NormalPath): before anything is counted or worked for.
    NormalPath,
    /// [`Cors`](crate::layers::Cors): outside of all that refuse, so that a script can read why it was refused.
    Cors,
    /// [`Csrf`](crate::layers::Csrf): what another site's page sends takes nothing from its user's quota.
    Csrf,
    /// [`RateLimit`](crate::layers::RateLimit): who has nothing left needs no place in the queue.
    RateLimit,
    /// [`ConcurrencyLimit`](crate::layers::ConcurrencyLimit).
    ConcurrencyLimit,
    /// [`TimeLimit`](crate::layers::TimeLimit): inside of the queue, it counts the work alone.
    TimeLimit,
    /// [`RequireBasic`](crate::layers::RequireBasic): inside of the limits, so that guesses are counted.
    RequireBasic,
    /// [`RequireBearer`](crate::layers::RequireBearer), likewise.
    RequireBearer,
    /// [`SharedCache`](crate::layers::SharedCache): inside of all that decide who is answered at all.
    SharedCache,
    /// `Compression`: around the handlers alone, as what others answer is small.
    Compression,
    /// `Decompression`: what is refused is not decoded.
    Decompression,
    /// Middleware of the application's own.
    Own,
}

impl Kind {
    /// The type's name; the application's own have theirs.
    pub(crate) const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::SecurityHeaders => "SecurityHeaders",
            Self::HttpsRedirect => "HttpsRedirect",
            Self::NormalPath => "NormalPath",
            Self::Cors => "Cors",
            Self::Csrf => "Csrf",
            Self::RateLimit => "RateLimit",
            Self::ConcurrencyLimit => "ConcurrencyLimit",
            Self::TimeLimit => "TimeLimit",
            Self::RequireBasic => "RequireBasic",
            Self::RequireBearer => "RequireBearer",
            Self::SharedCache => "SharedCache",
            Self::Compression => "Compression",
            Self::Decompression => "Decompression",
            Self::Own => return None,
        })
    }
}

/// Where a list of layers stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    /// `Server::with`.
    Server,
    /// `with [...]` in `routes!`, or `with = [...]` of a route.
    Routes,
}

/// An order that is refused.
struct Rule {
    outer: Kind,
    inner: Kind,
    within: Within,
    sentence: &'static str,
}

/// How near to each other two layers must stand for a rule to hold.
#[derive(Clone, Copy)]
enum Within {
    /// The same list: another scope may have another mind.
    List,
    /// The same request.
    Chain,
}

/// Writes the rules with their sentences.
macro_rules! rules {
    ($($within:ident: $inner:ident inside of $($outer:ident),+: $why:literal;)+) => {
        &[$($(Rule {
            outer: Kind::$outer,
            inner: Kind::$inner,
            within: Within::$within,
            sentence: concat!(
                "`", stringify!($inner), "` stands inside of `", stringify!($outer), "`, ", $why, ": put `",
                stringify!($inner), "` in front of it"
            ),
        }),+),+]
    };
}

const RULES: &[Rule] = rules! {
    List: SecurityHeaders inside of HttpsRedirect, NormalPath, Csrf, RateLimit, ConcurrencyLimit, TimeLimit,
        RequireBasic, RequireBearer: "whose own answers would be without its fields";
    List: Cors inside of Csrf, RateLimit, ConcurrencyLimit, TimeLimit, RequireBasic, RequireBearer:
        "whose refusals no script of another origin could read";
    Chain: HttpsRedirect inside of RequireBasic, RequireBearer:
        "which would ask for passwords and tokens in the clear";
    Chain: RequireBasic inside of SharedCache: "which would give what was kept to who has no password";
    Chain: RequireBearer inside of SharedCache: "which would give what was kept to who has no token";
    List: NormalPath inside of Csrf, RateLimit, RequireBasic, RequireBearer:
        "which would decide by a path that is no place's own name";
    List: RateLimit inside of ConcurrencyLimit: "whose queue one client alone could then fill";
    List: ConcurrencyLimit inside of Compression, Decompression: "which would work for what is refused";
    List: RateLimit inside of Compression, Decompression: "which would work for what is refused";
    Chain: Csrf inside of Decompression: "which would work for what is refused";
};

/// Kinds that may well stand twice in a list: quotas of several keys, and what nobody knows.
pub(super) const fn may_repeat(kind: Kind) -> bool {
    matches!(kind, Kind::RateLimit | Kind::Own)
}

/// What is wrong with layers that stand in this order, outermost first; `own` of them, the last, stand in the same list.
pub(crate) const fn fault(kinds: &[Kind], own: usize, around: Around) -> Option<&'static str> {
    let list = kinds.len().saturating_sub(own);
    let mut inner = 0;
    while inner < kinds.len() {
        if matches!(around, Around::Routes) && inner >= list && same(kinds[inner], Kind::NormalPath) {
            return Some(
                "`NormalPath` sees no path here but those that the table has matched: put it around the server, \
                 `Server::new(ROUTES).with(NormalPath)`",
            );
        }
        let mut outer = 0;
        while outer < inner {
            let near = outer >= list;
            if near && same(kinds[outer], kinds[inner]) && !may_repeat(kinds[inner]) {
                return Some(
                    "the same middleware stands twice in one list, where the second does nothing or undoes the \
                     first: remove one",
                );
            }
            if let Some(sentence) = broken(kinds[outer], kinds[inner], near) {
                return Some(sentence);
            }
            outer += 1;
        }
        inner += 1;
    }
    None
}

/// The rule that two layers break.
const fn broken(outer: Kind, inner: Kind, near: bool) -> Option<&'static str> {
    let mut rules = RULES;
    while let [rule, rest @ ..] = rules {
        let holds = near || matches!(rule.within, Within::Chain);
        if holds && same(rule.outer, outer) && same(rule.inner, inner) {
            return Some(rule.sentence);
        }
        rules = rest;
    }
    None
}

const fn same(one: Kind, other: Kind) -> bool {
    one as u8 == other as u8
}

/// A layer of a scope or a route, with what it is to the order: what `routes!` and `#[route]` make of an expression.
pub struct Placed<S: 'static> {
    layer: &'static dyn Layer<S>,
    kind: Kind,
}

impl<S> Clone for Placed<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Placed<S> {}

impl<S> std::fmt::Debug for Placed<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Placed").field(&self.kind).finish()
    }
}

/// Takes the type off a middleware that `with [...]` or `with = [...]` names.
pub const fn layer<S: Sync + 'static, M: Middleware<S>>(middleware: &'static M) -> Placed<S> {
    Placed { layer: middleware, kind: M::KIND }
}

/// The layers of a scope, those around it first, or of a route; stops the compiler, at the list, where their order is
/// wrong.
///
/// # Panics
///
/// Where it is, and where there is no layer; `own` of them, the last, stand in the list itself.
#[track_caller]
pub const fn ordered<S: 'static, const LEN: usize>(
    placed: [Placed<S>; LEN],
    own: usize,
) -> [&'static dyn Layer<S>; LEN] {
    let mut kinds = [Kind::Own; LEN];
    let mut index = 0;
    while index < LEN {
        kinds[index] = placed[index].kind;
        index += 1;
    }
    if let Some(sentence) = fault(&kinds, own, Around::Routes) {
        panic!("{}", sentence);
    }
    // There is one at least, or the macros would not ask.
    let mut layers = [placed[0].layer; LEN];
    index = 1;
    while index < LEN {
        layers[index] = placed[index].layer;
        index += 1;
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kinds: &[Kind], own: usize, expected: Option<&str>) {
        let found = fault(kinds, own, Around::Server);
        match expected {
            None => assert_eq!(found, None, "{kinds:?}"),
            Some(piece) => assert!(found.is_some_and(|found| found.contains(piece)), "{kinds:?}: {found:?}"),
        }
    }

    #[test]
    fn the_default_order_breaks_no_rule() {
        use Kind::{
            Compression, ConcurrencyLimit, Cors, Csrf, Decompression, HttpsRedirect, NormalPath, Own,
            RateLimit, RequireBasic, RequireBearer, SecurityHeaders, SharedCache, TimeLimit,
        };
        let all = [
            SecurityHeaders,
            HttpsRedirect,
            NormalPath,
            Cors,
            Csrf,
            RateLimit,
            ConcurrencyLimit,
            TimeLimit,
            RequireBasic,
            RequireBearer,
            SharedCache,
            Compression,
            Decompression,
            Own,
        ];
        assert!(all.is_sorted());
        check(&all, all.len(), None);
        check(&all, 0, None);
        // Middleware of the application's own may stand anywhere, and quotas twice.
        check(&[Own, SecurityHeaders, Own, Own, RateLimit, RateLimit], 6, None);
    }

    #[test]
    fn each_order_that_makes_one_useless_is_told() {
        for rule in RULES {
            let kinds = [rule.outer, Kind::Own, rule.inner];
            check(&kinds, 3, Some(rule.sentence));
            let elsewhere = matches!(rule.within, Within::Chain).then_some(rule.sentence);
            check(&kinds, 1, elsewhere);
        }
        check(&[Kind::Cors, Kind::Cors], 2, Some("twice"));
        check(&[Kind::Cors, Kind::Cors], 1, None);
    }

    #[test]
    fn paths_are_made_normal_around_the_server_alone() {
        assert_eq!(fault(&[Kind::NormalPath], 1, Around::Server), None);
        assert!(
            fault(&[Kind::NormalPath], 1, Around::Routes)
                .is_some_and(|told| told.contains("`Server::new(ROUTES)"))
        );
        assert_eq!(fault(&[Kind::NormalPath, Kind::Own], 1, Around::Routes), None);
    }
}
