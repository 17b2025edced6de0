//! A service of gRPC, written with tonic, beside a page.

mod counter;

// ANCHOR: service
use std::pin::Pin;

use futures_util::Stream;
use futures_util::stream;
use server::tower::mount;
use server::{Routes, Server, get, routes};
use tonic::{Request, Response, Status, Streaming};

use crate::counter::{Counter, CounterServer, Number};

struct Service;

impl Counter for Service {
    /// Twice the number.
    async fn double(&self, request: Request<Number>) -> Result<Response<Number>, Status> {
        let double = request.get_ref().value.checked_mul(2);
        let value = double.ok_or_else(|| Status::out_of_range("that is too much to double"))?;
        Ok(Response::new(Number { value }))
    }

    /// From the number down to 1, and 0 is an error.
    async fn count_down(&self, request: Request<Number>) -> Result<Response<Numbers>, Status> {
        let from = request.get_ref().value;
        if from > 1_000_000 {
            return Err(Status::invalid_argument("at most a million"));
        }
        let numbers = (1..=from).rev().map(|value| Ok(Number { value }));
        let end = std::iter::once(Err(Status::aborted("lift-off")));
        Ok(Response::new(Box::pin(stream::iter(numbers.chain(end)))))
    }

    /// The sum so far, of each number that comes.
    async fn sums(&self, request: Request<Streaming<Number>>) -> Result<Response<Numbers>, Status> {
        let sums = stream::unfold((request.into_inner(), 0_u64), |(mut numbers, sum)| async move {
            let number = numbers.message().await.transpose()?;
            let sum = sum.saturating_add(number.as_ref().map_or(0, |number| number.value));
            Some((number.map(|_| Number { value: sum }), (numbers, sum)))
        });
        Ok(Response::new(Box::pin(sums)))
    }
}

/// A page beside it, on the same port.
#[get("/")]
async fn index() -> &'static str {
    "a counter: call it by gRPC\n"
}

const ROUTES: Routes = routes![index];

#[server::main]
async fn main() -> server::Result {
    let counter = mount(CounterServer::new(Service)).whole_path();
    Server::new(ROUTES).mount("/listings.Counter", counter).run().await
}
// ANCHOR_END: service

/// What a streaming method answers with.
pub(crate) type Numbers = Pin<Box<dyn Stream<Item = Result<Number, Status>> + Send>>;
