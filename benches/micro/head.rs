//! Heads of requests, against `httparse` on the requests of its own benchmark.
//!
//! Ours understands what framing needs, checks target, Host and lengths, and copies the head; `httparse` finds the
//! lines.

use std::hint::black_box;

use server::__micro::Heads;

use crate::case::Case;

/// 703 bytes, nine field lines: a browser of 2010.
const LONG: &[u8] = b"GET /wp-content/uploads/2010/03/hello-kitty-darth-vader-pink.jpg HTTP/1.1\r\n\
    Host: www.kittyhell.com\r\n\
    User-Agent: Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; ja-JP-mac; rv:1.9.2.3) Gecko/20100401 Firefox/3.6.3 \
    Pathtraq/0.9\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: ja,en-us;q=0.7,en;q=0.3\r\n\
    Accept-Encoding: gzip,deflate\r\n\
    Accept-Charset: Shift_JIS,utf-8;q=0.7,*;q=0.7\r\n\
    Keep-Alive: 115\r\n\
    Connection: keep-alive\r\n\
    Cookie: wp_ozh_wsa_visits=2; wp_ozh_wsa_visit_lasttime=xxxxxxxxxx; __utma=xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.\
    xxxxxxxxxx.xxxxxxxxxx.x; __utmz=xxxxxxxxx.xxxxxxxxxx.x.x.utmccn=(referral)|utmcsr=reader.livedoor.com|\
    utmcct=/reader/|utmcmd=referral|padding=under256\r\n\r\n";

/// 66 bytes, two field lines.
const SHORT: &[u8] = b"GET / HTTP/1.0\r\nHost: example.com\r\nCookie: session=60; user_id=1\r\n\r\n";

pub(crate) fn cases() -> Vec<Case> {
    [("head/long", LONG, 9), ("head/short", SHORT, 2)]
        .map(|(name, bytes, lines)| case(name, bytes, lines))
        .into()
}

fn case(name: &'static str, bytes: &'static [u8], lines: usize) -> Case {
    let mut heads = Heads::default();
    assert_eq!(heads.parse(bytes), Some((bytes.len(), lines)), "{name}");
    Case::new(name, move || {
        black_box(heads.parse(black_box(bytes)));
    })
    .against("httparse", move || {
        let mut lines = [httparse::EMPTY_HEADER; 16];
        let mut request = httparse::Request::new(&mut lines);
        black_box(request.parse(black_box(bytes)).is_ok());
        black_box(&request);
    })
}
