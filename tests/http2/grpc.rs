//! A service of gRPC behind the bridge to tower, and tonic's own client: messages both ways, and the status behind them.

use bytes::Bytes;
use fingerpost_tests::App;
use futures_util::stream;
use http::uri::PathAndQuery;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;

use super::programs::start_with;

#[derive(Clone, PartialEq, prost::Message)]
struct Number {
    #[prost(uint64, tag = "1")]
    value: u64,
}

/// A client of the listing's service.
struct Client(Grpc<Channel>);

impl Client {
    async fn connect(app: &App) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{}", app.address())).unwrap();
        Self(Grpc::new(endpoint.connect().await.unwrap()))
    }

    /// One number for one.
    async fn call(&mut self, method: &str, value: u64) -> Result<u64, Status> {
        self.0.ready().await.unwrap();
        let answer = self.0.unary(Request::new(Number { value }), path(method), codec()).await?;
        Ok(answer.into_inner().value)
    }

    /// All the numbers for one, and how that ended.
    async fn stream(&mut self, method: &str, value: u64) -> (Vec<u64>, Result<(), Status>) {
        self.0.ready().await.unwrap();
        let answer = self.0.server_streaming(Request::new(Number { value }), path(method), codec()).await;
        let mut numbers = match answer {
            Ok(answer) => answer.into_inner(),
            Err(status) => return (Vec::new(), Err(status)),
        };
        let mut values = Vec::new();
        loop {
            match numbers.message().await {
                Ok(Some(number)) => values.push(number.value),
                Ok(None) => return (values, Ok(())),
                Err(status) => return (values, Err(status)),
            }
        }
    }
}

fn path(method: &str) -> PathAndQuery {
    format!("/listings.Counter/{method}").parse().unwrap()
}

fn codec() -> ProstCodec<Number, Number> {
    ProstCodec::default()
}

fn run(test: impl Future<Output = ()>) {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

fn start() -> App {
    start_with("grpc", &[("SERVER_WORKERS", "2")])
}

#[test]
fn a_message_for_a_message_and_a_status_behind_it() {
    let app = start();
    run(async {
        let mut client = Client::connect(&app).await;
        assert_eq!(client.call("Double", 21).await.unwrap(), 42);
        let status = client.call("Double", u64::MAX).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::OutOfRange, "that is too much to double"));
        let status = client.call("Triple", 1).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Unimplemented, "no such method"));
        // The connection is as good as before, and the page beside the service is there.
        assert_eq!(client.call("Double", 0).await.unwrap(), 0);
    });
    assert_eq!(app.get("/").send().unwrap().text(), "a counter: call it by gRPC\n");
}

#[test]
fn messages_that_come_one_by_one_and_end_with_a_status() {
    let app = start();
    run(async {
        let mut client = Client::connect(&app).await;
        let (values, end) = client.stream("CountDown", 3).await;
        let status = end.unwrap_err();
        assert_eq!(values, [3, 2, 1]);
        assert_eq!((status.code(), status.message()), (Code::Aborted, "lift-off"));
        // More than the windows hold at once.
        let (values, end) = client.stream("CountDown", 200_000).await;
        assert_eq!((values.len(), end.unwrap_err().code()), (200_000, Code::Aborted));
        let (values, end) = client.stream("CountDown", 2_000_000).await;
        assert_eq!((values.len(), end.unwrap_err().code()), (0, Code::InvalidArgument));
    });
}

#[test]
fn messages_both_ways() {
    let app = start();
    run(async {
        let mut client = Client::connect(&app).await;
        client.0.ready().await.unwrap();
        let numbers = stream::iter((1..=1000).map(|value| Number { value }));
        let answer = client.0.streaming(Request::new(numbers), path("Sums"), codec()).await.unwrap();
        let mut sums = answer.into_inner();
        let mut last = 0;
        for count in 1..=1000_u64 {
            last = sums.message().await.unwrap().unwrap().value;
            assert_eq!(last, count * (count + 1) / 2);
        }
        assert_eq!((sums.message().await.unwrap(), last), (None, 500_500));
        let trailers = sums.trailers().await.unwrap().unwrap();
        assert!(trailers.get("content-type").is_none());
    });
}

#[test]
fn the_status_is_in_a_trailer_section_of_its_own() {
    let app = start();
    run(async {
        let stream = TcpStream::connect(app.address()).await.unwrap();
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = http::Request::post(format!("http://{}/listings.Counter/Double", app.address()))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .unwrap();
        let mut send = send.ready().await.unwrap();
        let (answer, mut body) = send.send_request(request, false).unwrap();
        // A message of two bytes: field 1 is 21.
        body.send_data(Bytes::from_static(b"\0\0\0\0\x02\x08\x15"), true).unwrap();
        let answer = answer.await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/grpc");
        assert!(!answer.headers().contains_key("grpc-status"), "{:?}", answer.headers());
        let mut body = answer.into_body();
        let mut content = Vec::new();
        while let Some(chunk) = body.data().await {
            content.extend_from_slice(&chunk.unwrap());
        }
        assert_eq!(content, b"\0\0\0\0\x02\x08\x2a");
        let trailers = body.trailers().await.unwrap().unwrap();
        assert_eq!(trailers["grpc-status"], "0");
    });
}

#[test]
fn a_drain_waits_for_calls_that_stream() {
    let app = start();
    let (values, end) = {
        let mut found = None;
        run(async {
            let mut client = Client::connect(&app).await;
            client.0.ready().await.unwrap();
            let request = Request::new(Number { value: 200_000 });
            let answer = client.0.server_streaming(request, path("CountDown"), codec()).await.unwrap();
            let mut numbers = answer.into_inner();
            assert_eq!(numbers.message().await.unwrap().unwrap().value, 200_000);
            app.terminate().unwrap();
            let mut values = 1;
            let end = loop {
                match numbers.message().await {
                    Ok(Some(_)) => values += 1,
                    Ok(None) => break None,
                    Err(status) => break Some(status.code()),
                }
            };
            found = Some((values, end));
        });
        found.unwrap()
    };
    assert_eq!((values, end), (200_000, Some(Code::Aborted)));
    let (status, log) = app.wait().unwrap();
    assert!(status.success() && log.lines().last().unwrap().contains("nothing was cut"), "{log}");
}
