//! [`Stack`]: the layers around a server, as they are given, or in the order of the default stack.

use std::fmt;

use super::order::{self, Around, Kind};
use super::{ConcurrencyLimit, Csrf, Layer, Middleware, NormalPath, SecurityHeaders};
use crate::routing::Routes;

/// How many requests a server of the default stack works on at a time; as many again wait, for a second at most.
const AT_A_TIME: usize = 1_000;

/// The layers around a server, outermost first.
pub(crate) struct Stack<S: 'static> {
    layers: Vec<Box<dyn Layer<S>>>,
    /// Whether each of the box has its place, wherever it is given.
    in_order: bool,
}

impl<S: Sync + 'static> Stack<S> {
    /// Puts a layer innermost, or, in the default stack, at its place: instead of another of its kind, where one is
    /// enough.
    pub(crate) fn push(&mut self, layer: Box<dyn Layer<S>>) {
        let kind = layer.kind();
        if !self.in_order {
            return self.layers.push(layer);
        }
        if !order::may_repeat(kind) {
            self.remove(kind);
        }
        let place = self.layers.partition_point(|other| other.kind() <= kind);
        self.layers.insert(place, layer);
    }

    /// The default stack, and in it what was given before.
    pub(crate) fn complete(&mut self) {
        let given = std::mem::take(&mut self.layers);
        self.in_order = true;
        self.add(SecurityHeaders::new());
        self.add(NormalPath);
        self.add(Csrf::new());
        self.add(ConcurrencyLimit::new(AT_A_TIME));
        #[cfg(feature = "compression")]
        self.add(super::Compression::new());
        for layer in given {
            self.push(layer);
        }
    }

    fn add(&mut self, layer: impl Middleware<S>) {
        self.push(Box::new(layer));
    }

    pub(crate) fn remove(&mut self, kind: Kind) {
        self.layers.retain(|layer| layer.kind() != kind);
    }

    /// The names of the layers, outermost first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.layers.iter().map(|layer| layer.name())
    }

    pub(crate) fn into_layers(self) -> Vec<Box<dyn Layer<S>>> {
        self.layers
    }

    /// An order that makes a layer useless, around the server or around one of its routes.
    pub(crate) fn fault(&self, routes: &Routes<S>) -> Option<OrderError> {
        let mut kinds: Vec<Kind> = self.layers.iter().map(|layer| layer.kind()).collect();
        if let Some(sentence) = order::fault(&kinds, kinds.len(), Around::Server) {
            return Some(OrderError { place: "the server".to_owned(), sentence });
        }
        let around_server = kinds.len();
        let routes = routes.laid_out();
        (0..routes.table.len()).find_map(|index| {
            let (_, layers) = routes.bound(index)?;
            kinds.truncate(around_server);
            kinds.extend(layers.iter().flatten().map(|layer| layer.kind()));
            // Each list by itself was looked at when the table was compiled.
            let sentence = order::fault(&kinds, 0, Around::Routes)?;
            let route = routes.table.route(index)?;
            Some(OrderError { place: format!("`{}::{}`", route.module, route.name), sentence })
        })
    }
}

impl<S> Default for Stack<S> {
    fn default() -> Self {
        Self { layers: Vec::new(), in_order: false }
    }
}

/// Layers in an order that makes one of them useless.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OrderError {
    /// What they stand around.
    place: String,
    sentence: &'static str,
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the middleware around {}: {}", self.place, self.sentence)
    }
}

impl std::error::Error for OrderError {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::layers::{Cors, HttpsRedirect, Quota, RateLimit, RequireBearer, TimeLimit};
    use crate::{Request, Response, get, middleware, routes};

    #[middleware]
    async fn stamp(request: Request, next: crate::Next<'_>) -> Response {
        next.run(request).await
    }

    const QUOTA: &[Quota] = &[Quota::new("minute", 2, Duration::from_secs(60))];

    fn names(stack: &Stack<()>) -> Vec<&'static str> {
        stack.names().filter(|name| *name != "Compression").collect()
    }

    fn given(layers: Vec<Box<dyn Layer<()>>>) -> Stack<()> {
        let mut stack = Stack::default();
        layers.into_iter().for_each(|layer| stack.push(layer));
        stack
    }

    #[test]
    fn each_of_the_box_takes_its_place_in_the_default_stack() {
        let mut stack = given(vec![Box::new(stamp), Box::new(Cors::new())]);
        stack.complete();
        stack.add(RateLimit::by_client(QUOTA));
        stack.add(RateLimit::by_header("x-key", QUOTA));
        stack.add(HttpsRedirect::new());
        stack.add(Csrf::new().except(&["/hooks/*"]));
        let expected = [
            "SecurityHeaders",
            "HttpsRedirect",
            "NormalPath",
            "Cors",
            "Csrf",
            "RateLimit",
            "RateLimit",
            "ConcurrencyLimit",
            "stamp",
        ];
        assert_eq!(names(&stack), expected);
        assert_eq!(stack.fault(&Routes::EMPTY), None);
        stack.remove(Kind::Csrf);
        assert!(!names(&stack).contains(&"Csrf"));
    }

    #[test]
    fn what_is_given_stands_as_it_is_given() {
        let stack =
            given(vec![Box::new(stamp), Box::new(TimeLimit::default()), Box::new(SecurityHeaders::new())]);
        assert_eq!(names(&stack), ["stamp", "TimeLimit", "SecurityHeaders"]);
        let fault = stack.fault(&Routes::EMPTY).unwrap().to_string();
        assert!(fault.starts_with(
            "the middleware around the server: `SecurityHeaders` stands inside of `TimeLimit`, "
        ));
    }

    #[get("/inner", with = [HttpsRedirect::new()])]
    async fn inner() -> &'static str {
        "inner"
    }

    #[test]
    fn the_chain_of_each_route_is_looked_at() {
        const ROUTES: Routes = routes![inner];
        assert_eq!(given(vec![Box::new(stamp)]).fault(&ROUTES), None);
        let fault =
            given(vec![Box::new(RequireBearer::tokens(&["secret"]))]).fault(&ROUTES).unwrap().to_string();
        assert!(
            fault.contains("stack::tests::inner`: `HttpsRedirect` stands inside of `RequireBearer`"),
            "{fault}"
        );
    }
}
