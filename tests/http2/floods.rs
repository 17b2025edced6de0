//! What costs a client little and a server much (RFC 9113 §10.5): each is bounded, told so, and hurts nobody else.

use std::fs;

use fingerpost_tests::App;

use super::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, GOAWAY, HEADERS, PING, PRIORITY,
    RST_STREAM, SETTINGS, WINDOW_UPDATE, Wire, check_serves, frame, get, number, post, pseudo,
};
use super::programs::start_with;

/// More than any flood may have.
const MOST: u32 = 50_000;
/// CANCEL.
const CANCEL: u32 = 8;

fn start() -> App {
    start_with("probe", &[("SERVER_WORKERS", "1")])
}

/// The memory that the program has, in KiB.
fn memory(app: &App) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", app.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// How the frames of a flood are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// As fast as can be.
    Haste,
    /// Each once the server has seen the one before: so that it takes every stream up.
    Step,
}

/// Sends `begin`, then round after round, until the server has had enough; gives how many there were, and the code of
/// its GOAWAY.
fn flood(app: &App, begin: &[u8], pace: Pace, mut round: impl FnMut(u32) -> Vec<u8>) -> (u32, Option<u32>) {
    let mut wire = Wire::open(app);
    wire.send(begin);
    if pace == Pace::Step {
        let goaway = |wire: &mut Wire| wire.sync().filter(|frame| frame.kind == GOAWAY);
        let end = (0..MOST).find_map(|n| {
            let _ = wire.try_send(&round(n));
            goaway(&mut wire).map(|frame| (n, frame.code()))
        });
        return end.unwrap_or((MOST, None));
    }
    let mut reader = Wire(wire.0.try_clone().unwrap());
    let end =
        std::thread::spawn(move || reader.until(|frame| frame.kind == GOAWAY).and_then(|frame| frame.code()));
    let rounds = (0..MOST).find(|&n| wire.try_send(&round(n)).is_err() || end.is_finished()).unwrap_or(MOST);
    let _ = wire.0.shutdown(std::net::Shutdown::Write);
    (rounds, end.join().unwrap())
}

/// A flood ends with ENHANCE_YOUR_CALM before so many rounds, the program has no more memory than before, but for a
/// little, and serves on.
#[track_caller]
fn check(begin: &[u8], pace: Pace, most: u32, round: impl FnMut(u32) -> Vec<u8>) {
    let app = start();
    check_serves(&app);
    let before = memory(&app);
    let (rounds, code) = flood(&app, begin, pace, round);
    assert_eq!(code, Some(ENHANCE_YOUR_CALM), "after {rounds} rounds");
    assert!(rounds <= most, "{rounds} rounds");
    let grown = memory(&app).saturating_sub(before);
    assert!(grown < 8 * 1024, "{grown} KiB more");
    check_serves(&app);
}

/// The stream of a round.
fn id(round: u32) -> u32 {
    2 * round + 1
}

/// CVE-2023-44487.
#[test]
fn requests_that_are_reset_at_once() {
    check(b"", Pace::Haste, MOST - 1, |n| [get(id(n), "/slow"), number(RST_STREAM, id(n), CANCEL)].concat());
}

/// The same so slowly that each handler has begun.
#[test]
fn requests_that_are_reset_one_by_one() {
    let reset = |n: u32| n.checked_sub(1).map(|n| number(RST_STREAM, id(n), CANCEL)).unwrap_or_default();
    check(b"", Pace::Step, 300, |n| [reset(n), get(id(n), "/slow")].concat());
}

/// CVE-2025-8671: it is the server that is made to reset the stream.
#[test]
fn requests_that_are_at_fault_once_they_have_begun() {
    let faults: [fn(u32) -> Vec<u8>; 2] = [
        // A window beyond the largest.
        |stream| number(WINDOW_UPDATE, stream, 0x7fff_ffff),
        // A stream that depends on itself.
        |stream| frame(PRIORITY, 0, stream, &[&stream.to_be_bytes()[..], &[1]].concat()),
    ];
    for fault in faults {
        check(b"", Pace::Step, 300, |n| {
            let before = n.checked_sub(1).map(|n| fault(id(n))).unwrap_or_default();
            [before, post(id(n), "/echo")].concat()
        });
    }
}

/// CVE-2024-27316 and its kin.
#[test]
fn a_header_section_without_end() {
    let begin = frame(HEADERS, END_STREAM, 1, &pseudo("GET", "/"));
    check(&begin, Pace::Haste, MOST - 1, |_| frame(CONTINUATION, 0, 1, &[]));
    let line = super::frames::field("x", &"y".repeat(100));
    check(&begin, Pace::Haste, MOST - 1, |_| frame(CONTINUATION, 0, 1, &line));
}

/// A few bytes that are decoded to many (CVE-2016-1544): one field of the table, named again and again.
#[test]
fn a_header_list_that_swells() {
    let large = [&[0x40, 1, b'x', 0x7f, 0xa1, 0x1e][..], &[b'y'; 4000]].concat();
    let section = [pseudo("GET", "/"), large, vec![0xbe; 12_000]].concat();
    let app = start();
    check_serves(&app);
    let before = memory(&app);
    for _ in 0..20 {
        let mut wire = Wire::open(&app);
        wire.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, section.get(..16_384).unwrap_or(&section)));
        assert_eq!(
            wire.until(|frame| frame.kind == GOAWAY).and_then(|frame| frame.code()),
            Some(ENHANCE_YOUR_CALM)
        );
    }
    let grown = memory(&app).saturating_sub(before);
    assert!(grown < 8 * 1024, "{grown} KiB more");
    check_serves(&app);
}

/// CVE-2019-9518, and frames of trailers that are none.
#[test]
fn frames_without_content() {
    check(&post(1, "/echo"), Pace::Haste, MOST - 1, |_| frame(DATA, 0, 1, &[]));
    check(b"", Pace::Haste, MOST - 1, |n| frame(HEADERS, END_HEADERS | END_STREAM, id(n), &[]));
}

/// Content in the smallest pieces, and padding for content.
#[test]
fn frames_with_hardly_any_content() {
    check(&post(1, "/echo"), Pace::Haste, MOST - 1, |_| frame(DATA, 8, 1, &[255; 256]));
}

/// CVE-2019-9512, CVE-2019-9515.
#[test]
fn pings_and_settings() {
    check(b"", Pace::Haste, MOST - 1, |_| frame(PING, 0, 0, b"pingping"));
    check(b"", Pace::Haste, MOST - 1, |_| frame(SETTINGS, 0, 0, &[]));
    check(b"", Pace::Haste, MOST - 1, |_| frame(PING, 1, 0, b"pingping"));
}

/// CVE-2019-9511, CVE-2019-9513: what asks for nothing.
#[test]
fn windows_priorities_and_frames_of_no_kind() {
    check(b"", Pace::Haste, MOST - 1, |_| number(WINDOW_UPDATE, 0, 1));
    check(b"", Pace::Haste, MOST - 1, |_| frame(PRIORITY, 0, 3, &[0, 0, 0, 0, 1]));
    check(b"", Pace::Haste, MOST - 1, |_| frame(0xfe, 0, 0, b"unknown"));
}

/// CVE-2019-9511: an answer in pieces of one byte.
#[test]
fn a_window_that_opens_byte_by_byte() {
    let shut = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let begin = [shut, get(1, "/large")].concat();
    check(&begin, Pace::Haste, MOST - 1, |_| number(WINDOW_UPDATE, 1, 1));
}

/// A page that is left while it loads: what a browser does is no flood.
#[test]
fn fifty_requests_that_are_left_are_none() {
    let app = start();
    let mut wire = Wire::open(&app);
    for n in 0..50 {
        wire.send(&get(id(n), "/slow"));
        assert_eq!(wire.sync().unwrap().kind, PING);
        wire.send(&number(RST_STREAM, id(n), CANCEL));
    }
    wire.send(&get(id(50), "/"));
    assert_eq!(wire.until(|frame| frame.kind == DATA).unwrap().payload, b"probe\n");
}
