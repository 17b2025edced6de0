//! Exchanges that went well, and those that end without a failure's answer.

use super::*;
use crate::Observer;

#[test]
fn how_exchanges_end() {
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
    let rows: &[(&str, String, Then, &[&str])] = &[
        ("answered", get("/"), Then::End, &["200 done"]),
        ("two at once", get("/") + &get("/users/7"), Then::End, &["200 done", "200 done"]),
        ("left idle", get("/"), Then::Stall, &["200 done"]),
        ("nothing sent", String::new(), Then::End, &[]),
        ("an empty line", "\r\n".to_owned(), Then::End, &[]),
        ("left within the method", "GE".to_owned(), Then::End, &["- client-left"]),
        ("left within the head", "GET / HTTP/1.1\r\nho".to_owned(), Then::Leave, &["- client-left"]),
        ("left the handler", get("/never"), Then::Leave, &["- client-left"]),
        (
            "left, and the handler finished",
            get("/long").replace("GET", "POST"),
            Then::Leave,
            &["- client-left"],
        ),
        ("left behind an answer", get("/") + &get("/never"), Then::Leave, &["200 done", "- client-left"]),
        ("broke off by a panic", get("/breaks"), Then::Read, &["200 broken-off"]),
        ("broke off unfinished", get("/breaks/badly"), Then::Read, &["200 broken-off"]),
        ("not read", get("/large"), Then::Stall, &["200 write-timeout"]),
        ("not read to the end", get("/large"), Then::Leave, &["200 client-left"]),
    ];
    for (name, input, then, expected) in rows {
        let outcome = paused(outcome(input.as_bytes(), *then));
        assert_eq!(outcome.told, *expected, "{name}: {}", outcome.received);
        assert_eq!(outcome.log.len(), expected.len(), "{name}: {:?}", outcome.log);
        assert_eq!(outcome.rendered, 0, "{name}");
        let counts = outcome.counts;
        let ended = |reason: &str| expected.iter().filter(|told| told.ends_with(reason)).count() as u64;
        assert_eq!(counts.client_left, ended("client-left"), "{name}");
        assert_eq!(counts.broken_off, ended("broken-off"), "{name}");
        assert_eq!(counts.timeouts.write, ended("write-timeout"), "{name}");
        let answered = expected.iter().filter(|told| told.starts_with("200")).count() as u64;
        assert_eq!(counts.responses.success, answered, "{name}");
        assert_eq!((counts.connections_accepted, counts.connections_open), (1, 0), "{name}");
    }
}

#[test]
fn an_answer_that_stays_in_the_buffer_is_not_done() {
    for (then, reason) in [(Then::Stall, "200 write-timeout"), (Then::Leave, "200 client-left")] {
        // The first one all but fills the pipe.
        let input = "GET /wide HTTP/1.1\r\nhost: a\r\n\r\n".to_owned()
            + &"GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
        let outcome = paused(outcome(input.as_bytes(), then));
        let done = outcome.told.iter().take_while(|told| *told == "200 done").count();
        let (done, lost) = outcome.told.split_at(done);
        assert!(done.len() > 10 && lost.len() > 10, "{} {}", done.len(), lost.len());
        assert!(lost.iter().all(|told| told == reason), "{lost:?}");
        assert_eq!(outcome.told.len() as u64, outcome.counts.requests);
        let (timeouts, left) = (outcome.counts.timeouts.write, outcome.counts.client_left);
        assert_eq!(timeouts + left, 1, "one connection was lost");
    }
}

#[test]
fn a_body_that_breaks_off_shows() {
    for target in ["/breaks", "/breaks/badly"] {
        let input = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
        let outcome = paused(outcome(input.as_bytes(), Then::Read));
        assert!(outcome.received.ends_with("\r\n\r\n4\r\nhalf\r\n"), "{target}: {}", outcome.received);
        assert_eq!(outcome.counts.panics, u64::from(target == "/breaks"));
    }
}

#[test]
fn what_the_servers_end_cuts_is_told() {
    let rows = [
        ("GET /never HTTP/1.1\r\nhost: a\r\n\r\n", vec!["- cut"], Some("/never")),
        ("GET /cut-within HTT", vec!["- cut"], Some("/cut-within")),
        ("GET /large HTTP/1.1\r\nhost: a\r\n\r\n", vec!["200 cut"], Some("/large")),
        ("", vec![], None),
    ];
    for (input, expected, target) in rows {
        let watched = watched();
        let lines = Arc::default();
        let guard = crate::log::record(Level::INFO, &lines);
        paused(async {
            let mut stream = watched.client.connect();
            stream.write_all(input.as_bytes()).await.unwrap();
            sleep(Duration::from_millis(100)).await;
            // With the runtime the connection's task is dropped, and the client's end not before it.
            std::mem::forget(stream);
        });
        drop(guard);
        let told: Vec<_> = watched.told.lock().unwrap().iter().map(|(told, _)| told.clone()).collect();
        assert_eq!(told, expected, "{input:?}");
        assert_eq!(watched.counters.read().cut, told.len() as u64, "{input:?}");
        assert_eq!(watched.counters.read().connections_open, 0, "{input:?}");
        if let Some(target) = target {
            let lines = lines.lock().unwrap();
            assert!(lines[0].contains(&format!(" request_target={target} ")), "{lines:?}");
        }
    }
}

#[test]
fn an_exchange_has_its_measures() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let server = app::server().observe(move |exchange: &Exchange| {
        let request = exchange.request();
        noted.lock().unwrap().push((
            request.method().map(ToString::to_string),
            request.target().map(str::to_owned),
            request.route(),
            request.header("user-agent").map(str::to_owned),
            exchange.bytes_in(),
            exchange.bytes_out(),
            exchange.duration(),
        ));
    });
    let long = "POST /long HTTP/1.1\r\nhost: a\r\nuser-agent: me\r\ncontent-length: 3\r\n\r\nabc";
    let user = "\r\nGET /users/7?x HTTP/1.1\r\nhost: a\r\n\r\n";
    let received = paused(async {
        let mut stream = Client::from(server).connect();
        let (first, last) = long.split_at(30);
        stream.write_all(first.as_bytes()).await.unwrap();
        sleep(Duration::from_secs(2)).await;
        stream.write_all(last.as_bytes()).await.unwrap();
        let mut received = vec![0; 4096];
        let first_len = stream.read(&mut received).await.unwrap();
        stream.write_all(user.as_bytes()).await.unwrap();
        let len = stream.read(&mut received[first_len..]).await.unwrap();
        (first_len as u64, len as u64)
    });
    let text = |text: &str| Some(text.to_owned());
    let seen = seen.lock().unwrap();
    let [first, second] = seen.as_slice() else { panic!("expected two, found {seen:?}") };
    let time = Duration::from_secs(7);
    let expected =
        (text("POST"), text("/long"), Some("/long"), text("me"), long.len() as u64, received.0, time);
    assert_eq!(*first, expected);
    let time = Duration::ZERO;
    let expected =
        (text("GET"), text("/users/7?x"), Some("/users/:id"), None, user.len() as u64, received.1, time);
    assert_eq!(*second, expected);
}

#[test]
fn an_observer_that_panics_disturbs_nobody() {
    struct Panics;

    impl Observer for Panics {
        fn ended(&self, _: &Exchange) {
            std::panic::resume_unwind(Box::new("on purpose"))
        }
    }

    let told = Arc::new(AtomicUsize::new(0));
    let after = Arc::clone(&told);
    let server = app::server().observe(Panics).observe(move |_: &Exchange| {
        after.fetch_add(1, Ordering::Relaxed);
    });
    let counters = server.counters();
    paused(async {
        let mut stream = Client::from(server).connect();
        for _ in 0..3 {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            let mut received = [0; 1024];
            let len = stream.read(&mut received).await.unwrap();
            assert!(received[..len].ends_with(b"index"));
        }
    });
    assert_eq!((told.load(Ordering::Relaxed), counters.read().panics), (3, 3));
}

#[test]
fn a_renderer_that_panics_loses_no_answer() {
    let server = app::server().render_problems(|_, _| std::panic::resume_unwind(Box::new("on purpose")));
    let counters = server.counters();
    paused(async {
        let client = Client::from(server);
        let answer = client.get("/missing").await;
        assert_eq!(
            (answer.status(), answer.header("content-type")),
            (404.try_into().unwrap(), Some("application/problem+json"))
        );
        let mut stream = client.connect();
        stream.write_all(b"nonsense\r\n\r\n").await.unwrap();
        let mut received = String::new();
        stream.read_to_string(&mut received).await.unwrap();
        assert!(received.starts_with("HTTP/1.1 400 ") && received.contains("request_id"), "{received}");
    });
    assert_eq!(counters.read().panics, 2);
}

#[test]
fn nothing_is_kept_where_nobody_observes() {
    let server = app::server();
    let counters = server.counters();
    paused(async {
        let mut stream = Client::from(server).connect();
        stream.write_all("GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(50).as_bytes()).await.unwrap();
        let _ = stream.shutdown().await;
        let mut received = String::new();
        stream.read_to_string(&mut received).await.unwrap();
        assert_eq!(received.matches("index").count(), 50);
    });
    let counts = counters.read();
    assert_eq!((counts.requests, counts.responses.success, counts.client_left, counts.cut), (50, 50, 0, 0));
}
