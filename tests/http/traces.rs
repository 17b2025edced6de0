//! Traces of a real process, as a collector of OpenTelemetry gets them; and what becomes of requests where there is none.

use std::io::{BufRead, BufReader, PipeReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use fingerpost_tests::{App, StartError};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::programs::program;

/// The longest time for anything that must come.
const PATIENCE: Duration = Duration::from_secs(20);

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector: what it was sent, head and message.
struct Collector {
    address: SocketAddr,
    batches: Receiver<(String, ExportTraceServiceRequest)>,
}

impl Collector {
    /// One that answers with these statuses in turn, and then with 200.
    fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, batches) = channel();
        std::thread::spawn(move || {
            let mut statuses = statuses.iter();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (head, body) = read(&stream);
                let message = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
                let status = statuses.next().unwrap_or(&200);
                let _ = write!(stream, "HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n");
                if sender.send((head, message)).is_err() {
                    return;
                }
            }
        });
        Self { address, batches }
    }

    #[track_caller]
    fn next(&self) -> (String, ExportTraceServiceRequest) {
        self.batches.recv_timeout(PATIENCE).unwrap()
    }

    /// Waits for so many spans, and gives them in the order of their requests.
    #[track_caller]
    fn spans(&self, count: usize) -> Vec<Span> {
        let mut spans = Vec::new();
        while spans.len() < count {
            spans.extend(spans_of(self.next().1));
        }
        assert_eq!(spans.len(), count, "{spans:?}");
        spans.sort_by_key(|span| span.start_time_unix_nano);
        spans
    }

    /// The program, with this as its collector.
    #[track_caller]
    fn app(&self, settings: &[(&str, &str)]) -> Traced {
        Traced::start(self.address, settings)
    }
}

fn spans_of(message: ExportTraceServiceRequest) -> Vec<Span> {
    message.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans).collect()
}

/// Reads a request.
fn read(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut len) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let start = head.len();
        assert!(reader.read_line(&mut head).unwrap() > 0, "an end in place of a line: {head}");
        if let Some(value) = head[start..].strip_prefix("content-length: ") {
            len = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; len];
    reader.read_exact(&mut body).unwrap();
    (head, body)
}

/// The book's program, with its access log.
struct Traced {
    app: App,
    lines: BufReader<PipeReader>,
}

impl Traced {
    #[track_caller]
    fn start(collector: SocketAddr, settings: &[(&str, &str)]) -> Self {
        let endpoint = format!("http://{collector}");
        let mut all = vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str())];
        all.extend_from_slice(settings);
        let (reader, writer) = std::io::pipe().unwrap();
        let app = App::launch_into(Command::new(program("traces")), &all, writer).unwrap();
        Self { app, lines: BufReader::new(reader) }
    }

    /// The next line of the access log.
    #[track_caller]
    fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Ends the program; gives how long that took, and its log.
    #[track_caller]
    fn end(self) -> (Duration, String) {
        let start = Instant::now();
        self.app.terminate().unwrap();
        let (status, log) = self.app.wait().unwrap();
        assert!(status.success(), "{log}");
        (start.elapsed(), log)
    }

    /// How many spans were dropped.
    fn dropped(&self) -> u64 {
        let text = self.app.get("/metrics").send().unwrap().text();
        let (_, rest) = text.split_once("\nfingerpost_spans_dropped_total ").unwrap();
        rest.lines().next().unwrap().parse().unwrap()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let mut found = attributes.iter().filter(|attribute| attribute.key == key);
    let first = found.next()?;
    assert!(found.next().is_none(), "{key} stands there twice");
    first.value.as_ref()?.value.as_ref()
}

#[track_caller]
fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    match find(attributes, key)? {
        Value::StringValue(text) => Some(text),
        other => panic!("{key} is {other:?}"),
    }
}

#[track_caller]
fn number(attributes: &[KeyValue], key: &str) -> Option<i64> {
    match find(attributes, key)? {
        Value::IntValue(number) => Some(*number),
        other => panic!("{key} is {other:?}"),
    }
}

#[test]
fn a_span_has_the_ids_of_the_log_and_the_attributes_of_the_conventions() {
    let collector = Collector::start(&[]);
    let mut traced = collector.app(&[
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=a%20b"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
    ]);
    let call = traced.app.get("/orders/7?page=2&token=abc").field("User-Agent", "probe/1");
    call.send().unwrap();
    let line = traced.line();
    let (head, message) = collector.next();
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/x-protobuf\r\n"), "{head}");
    assert!(head.contains("\r\nx-tenant: a b\r\n"), "{head}");
    let resource = &message.resource_spans[0].resource.as_ref().unwrap().attributes;
    assert_eq!(text(resource, "service.name"), Some("shop"));
    assert_eq!(text(resource, "deployment.environment.name"), Some("test"));
    let scope = message.resource_spans[0].scope_spans[0].scope.as_ref().unwrap();
    assert_eq!(scope.name, "fingerpost");
    let spans = spans_of(message);
    let [span] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!(hex(&span.trace_id), line["trace_id"].as_str().unwrap());
    assert_eq!((span.span_id.len(), span.parent_span_id.len()), (8, 0));
    assert_eq!((span.name.as_str(), span.kind, span.flags), ("GET /orders/:number", 2, 0x101));
    assert_eq!(span.status, None);
    let duration = span.end_time_unix_nano - span.start_time_unix_nano;
    assert_eq!(duration / 1000, line["duration_us"].as_u64().unwrap());
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    assert!(now.abs_diff(u128::from(span.end_time_unix_nano)) < 60_000_000_000, "{span:?}");
    let attributes = &span.attributes;
    let client: SocketAddr = line["client"].as_str().unwrap().parse().unwrap();
    let address = client.ip().to_string();
    let texts = [
        ("http.request.method", "GET"),
        ("url.path", "/orders/7"),
        ("url.query", "page=2&token=***"),
        ("http.route", "/orders/:number"),
        ("network.protocol.version", "1.1"),
        ("user_agent.original", "probe/1"),
        ("client.address", &address),
        ("fingerpost.request_id", line["request_id"].as_str().unwrap()),
        ("fingerpost.ended", "done"),
    ];
    for (key, value) in texts {
        assert_eq!(text(attributes, key), Some(value), "{key}");
    }
    let numbers = [
        ("http.response.status_code", 200),
        ("client.port", i64::from(client.port())),
        ("http.request.size", line["bytes_in"].as_i64().unwrap()),
        ("http.response.size", line["bytes_out"].as_i64().unwrap()),
    ];
    for (key, value) in numbers {
        assert_eq!(number(attributes, key), Some(value), "{key}");
    }
    assert_eq!(attributes.len(), texts.len() + numbers.len(), "{attributes:?}");
}

#[test]
fn a_parent_is_one_and_what_is_asked_next_is_a_child_of_the_span() {
    let collector = Collector::start(&[]);
    let traced = collector.app(&[]);
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let call = traced.app.get("/quote").field("traceparent", &parent).field("tracestate", "a=1");
    let told = call.send().unwrap().text();
    // A parent that was not sampled has no children here, and this trace begins here.
    let unsampled = format!("00-{TRACE}-{PARENT}-00");
    let quiet = traced.app.get("/quote").field("traceparent", &unsampled).send().unwrap().text();
    assert!(quiet.ends_with("-00"), "{quiet}");
    let own = traced.app.get("/quote").send().unwrap().text();
    let spans = collector.spans(2);
    let [child, root] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!((hex(&child.trace_id), hex(&child.parent_span_id)), (TRACE.to_owned(), PARENT.to_owned()));
    assert_eq!((child.trace_state.as_str(), child.flags), ("a=1", 0x301));
    assert_eq!(told, format!("00-{TRACE}-{}-01", hex(&child.span_id)));
    assert!(root.parent_span_id.is_empty());
    assert_eq!(own, format!("00-{}-{}-01", hex(&root.trace_id), hex(&root.span_id)));
}

#[test]
fn faults_are_errors_and_what_is_refused_has_a_span_as_well() {
    let collector = Collector::start(&[]);
    let traced = collector.app(&[]);
    for target in ["/broken", "/nothing", "/ping", "/health"] {
        traced.app.get(target).send().unwrap();
    }
    traced.app.call("BREW", "/orders/1").send().unwrap();
    let mut stream = TcpStream::connect(traced.app.address()).unwrap();
    stream.write_all(b"no such\r\n\r\n").unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    let spans = collector.spans(4);
    let seen: Vec<_> = spans
        .iter()
        .map(|span| {
            let status = span.status.as_ref().map_or(0, |status| status.code);
            let code = number(&span.attributes, "http.response.status_code").unwrap();
            (span.name.as_str(), code, status, text(&span.attributes, "error.type"))
        })
        .collect();
    assert_eq!(seen[..2], [("GET /broken", 503, 2, Some("503")), ("GET", 404, 0, None)]);
    assert_eq!(text(&spans[2].attributes, "http.request.method"), Some("_OTHER"));
    assert_eq!(text(&spans[2].attributes, "http.request.method_original"), Some("BREW"));
    assert_eq!((seen[2].2, seen[3].1, seen[3].2), (0, 400, 0), "{seen:?}");
}

#[test]
fn what_waits_is_sent_at_the_end() {
    let collector = Collector::start(&[]);
    let traced = collector.app(&[]);
    for _ in 0..5 {
        traced.app.get("/orders/1").send().unwrap();
    }
    traced.end();
    assert_eq!(collector.spans(5).len(), 5);
}

#[test]
fn the_environment_says_how_many_and_whether_at_all() {
    let collector = Collector::start(&[]);
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let rows: [(&[(&str, &str)], usize); 3] = [
        (&[("OTEL_SDK_DISABLED", "true")], 0),
        (&[("OTEL_TRACES_SAMPLER", "always_off")], 0),
        (&[("OTEL_TRACES_SAMPLER", "parentbased_always_off")], 1),
    ];
    for (settings, count) in rows {
        let traced = collector.app(settings);
        traced.app.get("/orders/1").send().unwrap();
        traced.app.get("/orders/1").field("traceparent", &parent).send().unwrap();
        traced.end();
        let spans: Vec<_> = collector.batches.try_iter().flat_map(|(_, message)| spans_of(message)).collect();
        assert_eq!(spans.len(), count, "{settings:?}");
    }
}

#[test]
fn a_collector_that_is_busy_is_asked_again_and_told_of_once() {
    let collector = Collector::start(&[503, 429]);
    let traced = collector.app(&[]);
    traced.app.get("/orders/1").send().unwrap();
    let first = spans_of(collector.next().1);
    assert_eq!(spans_of(collector.next().1), first);
    assert_eq!(spans_of(collector.next().1), first);
    assert_eq!(traced.dropped(), 0);
    let (_, log) = traced.end();
    assert_eq!(log.matches("the collector of traces takes no spans").count(), 1, "{log}");
    assert_eq!(log.matches("the collector of traces takes spans again").count(), 1, "{log}");
}

#[test]
fn a_collector_that_refuses_is_not_asked_again() {
    let collector = Collector::start(&[400, 400]);
    let traced = collector.app(&[]);
    for _ in 0..2 {
        traced.app.get("/orders/1").send().unwrap();
        collector.next();
    }
    let start = Instant::now();
    while traced.dropped() < 2 {
        assert!(start.elapsed() < PATIENCE, "they are not counted");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (_, log) = traced.end();
    assert_eq!(log.matches("it answered 400").count(), 1, "{log}");
}

#[test]
fn no_request_waits_for_a_collector_that_is_gone_or_hangs_nor_does_the_end() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Connections wait in its backlog, and nobody reads.
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    for (collector, told) in
        [(gone, "refused"), (hanging.local_addr().unwrap(), "the last spans are not sent")]
    {
        let traced = Traced::start(collector, &[("SERVER_ACCESS_LOG", "off")]);
        // More than the queue has room for.
        let request =
            format!("GET /orders/1 HTTP/1.1\r\nhost: a\r\nuser-agent: {}\r\n\r\n", "x".repeat(4000));
        let last = "GET /orders/1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        for _ in 0..10 {
            let stream = TcpStream::connect(traced.app.address()).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let requests = request.repeat(99) + last;
            let sending = std::thread::spawn({
                let mut stream = stream.try_clone().unwrap();
                move || stream.write_all(requests.as_bytes()).unwrap()
            });
            let mut answers = String::new();
            (&stream).read_to_string(&mut answers).unwrap();
            sending.join().unwrap();
            assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 100);
        }
        assert!(traced.dropped() > 300, "{} of 1000", traced.dropped());
        let (took, log) = traced.end();
        assert!(took < Duration::from_secs(15), "{took:?}");
        assert!(log.contains(told), "{log}");
        assert!(log.matches("the collector of traces takes no spans").count() <= 1, "{log}");
    }
}

#[test]
fn an_endpoint_that_cannot_be_used_keeps_the_server_from_starting() {
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318")];
    let Err(StartError::NoAddress { status: Some(status), log }) =
        App::launch(Command::new(program("traces")), &settings)
    else {
        panic!("it starts");
    };
    assert!(!status.success());
    assert!(log.contains("OTEL_EXPORTER_OTLP_ENDPOINT: `https://collector:4318/v1/traces`"), "{log}");
}
