//! What `tonic-prost-build` makes of `counter.proto`, by hand, so that the listing needs no compiler of `.proto` files:
//!
//! ```proto
//! package listings;
//! message Number { uint64 value = 1; }
//! service Counter {
//!   rpc Double(Number) returns (Number);
//!   rpc CountDown(Number) returns (stream Number);
//!   rpc Sums(stream Number) returns (stream Number);
//! }
//! ```

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use server::Body;
use tonic::body::Body as TonicBody;
use tonic::server::{Grpc, ServerStreamingService, StreamingService, UnaryService};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::Service;

use crate::Numbers;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Number {
    #[prost(uint64, tag = "1")]
    pub(crate) value: u64,
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send>>;

/// The methods of the service.
pub(crate) trait Counter: Send + Sync + 'static {
    fn double(
        &self,
        request: Request<Number>,
    ) -> impl Future<Output = Result<Response<Number>, Status>> + Send;

    fn count_down(
        &self,
        request: Request<Number>,
    ) -> impl Future<Output = Result<Response<Numbers>, Status>> + Send;

    fn sums(
        &self,
        request: Request<Streaming<Number>>,
    ) -> impl Future<Output = Result<Response<Numbers>, Status>> + Send;
}

/// The service as one of tower.
pub(crate) struct CounterServer<T>(Arc<T>);

impl<T> CounterServer<T> {
    pub(crate) fn new(counter: T) -> Self {
        Self(Arc::new(counter))
    }
}

impl<T> Clone for CounterServer<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The service's methods, one at a time.
struct Double<T>(Arc<T>);
struct CountDown<T>(Arc<T>);
struct Sums<T>(Arc<T>);

impl<T: Counter> UnaryService<Number> for Double<T> {
    type Response = Number;
    type Future = Answer<Number>;

    fn call(&mut self, request: Request<Number>) -> Self::Future {
        let counter = Arc::clone(&self.0);
        Box::pin(async move { counter.double(request).await })
    }
}

impl<T: Counter> ServerStreamingService<Number> for CountDown<T> {
    type Response = Number;
    type ResponseStream = Numbers;
    type Future = Answer<Numbers>;

    fn call(&mut self, request: Request<Number>) -> Self::Future {
        let counter = Arc::clone(&self.0);
        Box::pin(async move { counter.count_down(request).await })
    }
}

impl<T: Counter> StreamingService<Number> for Sums<T> {
    type Response = Number;
    type ResponseStream = Numbers;
    type Future = Answer<Numbers>;

    fn call(&mut self, request: Request<Streaming<Number>>) -> Self::Future {
        let counter = Arc::clone(&self.0);
        Box::pin(async move { counter.sums(request).await })
    }
}

impl<T: Counter> Service<http::Request<Body>> for CounterServer<T> {
    type Response = http::Response<TonicBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let counter = Arc::clone(&self.0);
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::<Number, Number>::default());
            Ok(match request.uri().path() {
                "/listings.Counter/Double" => grpc.unary(Double(counter), request).await,
                "/listings.Counter/CountDown" => grpc.server_streaming(CountDown(counter), request).await,
                "/listings.Counter/Sums" => grpc.streaming(Sums(counter), request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}
