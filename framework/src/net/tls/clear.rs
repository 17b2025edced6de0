//! [`InTheClear`]: what is answered to who speaks HTTP without TLS to a port of TLS.

use std::future::{Ready, ready};
use std::sync::Arc;

use http::StatusCode;

use super::super::{Application, Routed};
use crate::http::{Request, RequestFacts, Response};
use crate::observe::{Slot, Tally, Witness};
use crate::respond::{IntoResponse, Problem};
use crate::routing::Policy;

/// The application, of which such a client sees how it writes problems.
pub(super) struct InTheClear<A>(pub(super) Arc<A>);

impl<A: Application> Application for InTheClear<A> {
    type Target = ();
    type Answer<'a> = Ready<Response>;

    fn route(&self, _: &mut Request) -> Routed<()> {
        Routed { target: (), policy: &Policy::NONE, slot: Slot::Unrouted }
    }

    fn answer(&self, _: Request, (): ()) -> Ready<Response> {
        let detail = "this port speaks HTTPS, and the request came as plain HTTP: ask for it with https://";
        ready(Problem::new(StatusCode::BAD_REQUEST).detail(detail).into_response())
    }

    fn render(&self, response: Response, facts: &RequestFacts, tally: &Tally) -> Response {
        self.0.render(response, facts, tally)
    }

    fn witness(&self) -> Witness {
        self.0.witness()
    }
}
