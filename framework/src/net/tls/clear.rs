//! [`InTheClear`]: what is answered to who speaks HTTP without TLS to a server that speaks TLS.

use std::sync::Arc;

use http::StatusCode;

use super::super::{Application, Routed};
use super::live::Live;
use crate::http::{Request, RequestFacts, Response};
use crate::middleware::https_target;
use crate::observe::{Slot, Tally, Witness};
use crate::respond::{IntoResponse, Problem, Redirect};
use crate::routing::{Policy, Reply};

/// The application, of which such a client sees how it writes problems, and the answers to an authority that looks
/// whether a name is this server's.
pub(super) struct InTheClear<A> {
    app: Arc<A>,
    door: Door,
}

/// Where such a client came in.
enum Door {
    /// The port that speaks TLS.
    Wrong,
    /// One that sends to this port, for the hosts that there are certificates for.
    Next(u16, Arc<Live>),
}

/// Where an authority fetches the proof that a name is this server's; it asks in the clear (RFC 8555 §8.3).
const CHALLENGES: &str = "/.well-known/acme-challenge/";

impl<A> InTheClear<A> {
    /// Tells each client that it has come to a port of TLS.
    pub(super) fn refused(app: Arc<A>) -> Self {
        Self { app, door: Door::Wrong }
    }

    /// Sends each client to `port`.
    pub(super) fn sent_to(port: u16, tls: Arc<Live>, app: Arc<A>) -> Self {
        Self { app, door: Door::Next(port, tls) }
    }
}

/// What answers a request that came in the clear.
pub(super) enum Target<T> {
    Problem(StatusCode, &'static str),
    Redirect(String),
    /// The application.
    App(T),
}

impl<A: Application> Application for InTheClear<A> {
    type Target = Target<A::Target>;

    fn route(&self, request: &mut Request) -> Routed<Self::Target> {
        let target = match &self.door {
            Door::Wrong => Target::Problem(StatusCode::BAD_REQUEST, WRONG_PORT),
            Door::Next(..) if request.path().starts_with(CHALLENGES) => {
                let Routed { target, policy, slot } = self.app.route(request);
                return Routed { target: Target::App(target), policy, slot };
            }
            // A proxy that has ended TLS would bring its client back here for ever.
            Door::Next(..) if request.is_secure() => {
                Target::Problem(StatusCode::MISDIRECTED_REQUEST, CAME_OVER_TLS)
            }
            Door::Next(port, tls) => match https_target(request, *port, |host| tls.is_for(host)) {
                Some(target) => Target::Redirect(target),
                None => Target::Problem(StatusCode::MISDIRECTED_REQUEST, NOT_OURS),
            },
        };
        Routed { target, policy: &Policy::NONE, slot: Slot::Unrouted }
    }

    fn answer(&self, request: Request, target: Self::Target) -> Reply<'_> {
        Reply::Ready(match target {
            Target::Problem(status, detail) => Problem::new(status).detail(detail).into_response(),
            Target::Redirect(target) => Redirect::permanent(target).into_response(),
            Target::App(target) => return self.app.answer(request, target),
        })
    }

    fn render(&self, response: Response, facts: &RequestFacts, tally: &Tally) -> Response {
        self.app.render(response, facts, tally)
    }

    fn witness(&self) -> Witness {
        self.app.witness()
    }
}

const WRONG_PORT: &str =
    "this port speaks HTTPS, and the request came as plain HTTP: ask for it with https://";
const CAME_OVER_TLS: &str = "this port sends to HTTPS, and the request came over that";
const NOT_OURS: &str = "this server has no certificate for the host that was asked for";
