//! Heads of answers, and the date in them.

use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

use server::__micro::{encode_head, format_date};
use server::{Cache, IntoResponse, Response};

use crate::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    let cached = (Cache::public(Duration::from_secs(60)), Response::ok().text("Hello, World!"));
    vec![
        head("response/head/plain", Response::ok().text("Hello, World!")),
        head(
            "response/head/fields",
            cached.into_response().header("x-request-id", "4f1c0b2a").header("vary", "accept"),
        ),
        date(),
    ]
}

fn head(name: &'static str, response: Response) -> Case {
    let date = format_date(UNIX_EPOCH);
    let mut out = Vec::with_capacity(1024);
    Case::new(name, move || {
        out.clear();
        encode_head(black_box(&response), 13, &date, &mut out);
        black_box(&out);
    })
}

/// What a server does once in half a second.
fn date() -> Case {
    let time = UNIX_EPOCH + Duration::from_secs(784_111_777);
    assert_eq!(&format_date(time), b"Sun, 06 Nov 1994 08:49:37 GMT");
    Case::new("response/date", move || {
        black_box(format_date(black_box(time)));
    })
}
