//! `examples/ticker`: a browser that draws what comes, and misses nothing when it is cut off.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use fingerpost_tests::App;

use super::browser::Browser;
use super::programs::start;
use super::proxy::Proxy;

#[test]
fn a_browser_draws_the_prices_and_misses_none() {
    let (app, browser) = (start("ticker"), Browser::start());
    let proxy = Proxy::start(app.address());
    browser.open(&format!("http://{}/", proxy.address()));
    assert_eq!(browser.text("h1"), "One share");
    assert_eq!(browser.text("#state.live"), "live");
    // Waited for.
    browser.text("svg.drawn");
    let price: f64 = browser.text("#price").parse().unwrap();
    assert!((50.0..=200.0).contains(&price), "{price}");

    proxy.cut();
    assert_eq!(browser.text("#state.cut"), "cut off");
    proxy.mend();
    assert_eq!(browser.text("#state.live"), "live");
    let seen = || browser.text("#seen").parse::<u32>().unwrap();
    let before = seen();
    while seen() < before + 5 {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(browser.text("#missed"), "0");
    assert_ne!(browser.text("#returns"), "0");
}

/// Asks for the stream; gives the first events of it, without the framing of its chunks.
fn events(app: &App, field: &str, count: usize) -> Vec<String> {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "GET /prices HTTP/1.1\r\nhost: a\r\n{field}\r\n").unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.filter(|line| line.starts_with("id: ")).take(count).collect()
}

#[test]
fn who_comes_back_is_sent_what_was_missed() {
    let app = start("ticker");
    // A newcomer, once there are some prices.
    let newcomer = events(&app, "", 20);
    assert_eq!(newcomer.len(), 20);
    let ids = |from: u32| (from..from + 10).map(|id| format!("id: {id}")).collect::<Vec<_>>();
    assert_eq!(events(&app, "last-event-id: 5\r\n", 10), ids(6));
    // Of a server before this one, or no id at all: as a newcomer.
    for field in ["last-event-id: 99999999\r\n", "last-event-id: x\r\n"] {
        assert_eq!(events(&app, field, 3).len(), 3, "{field}");
    }
    let page = app.get("/").send().unwrap();
    assert_eq!(page.field("content-type"), Some("text/html; charset=utf-8"));
}
