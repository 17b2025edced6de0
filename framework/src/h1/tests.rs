//! Whole connections: heads and bodies in one run of bytes, cut at every byte.

use super::*;

/// Reads requests as a connection does; gives the target and content of each, and how the reading ended.
fn serve(input: &[u8], cut: usize) -> (Vec<(String, String)>, Result<usize, String>) {
    let read = read_pipeline(input, &[cut], &HeadLimits::default());
    let broken = read.requests.last().is_some_and(|asked| asked.body == BodyEnd::Broken);
    let end = match read.refused {
        Some(fault) => Err(fault.to_string()),
        None if broken => Err("in a body".to_owned()),
        None => Ok(read.len),
    };
    let text = |asked: Asked| (asked.target, String::from_utf8(asked.content).unwrap());
    (read.requests.into_iter().map(text).collect(), end)
}

#[test]
fn pipelined_requests_are_told_apart_whatever_their_framing() {
    let input = concat!(
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 18\r\n\r\nGET /no HTTP/1.0\r\n",
        "\r\nPOST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "5;a=\"b\"\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n",
        "POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "GET /e HTTP/1.0\r\n\r\n",
    );
    let expected =
        [("/a", ""), ("/b", "GET /no HTTP/1.0\r\n"), ("/c", "hello world"), ("/d", ""), ("/e", "")];
    let expected: Vec<_> = expected.map(|(target, content)| (target.to_owned(), content.to_owned())).into();
    for cut in 0..=input.len() {
        assert_eq!(serve(input.as_bytes(), cut), (expected.clone(), Ok(input.len())), "cut at byte {cut}");
    }
}

#[test]
fn nothing_behind_a_fault_is_read() {
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    for (faulty, served) in [
        ("GET / HTTP/1.1\r\n\r\n", 0),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5x\r\n\r\nhello", 0),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 1),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", 1),
    ] {
        let input = format!("{faulty}{smuggled}");
        for cut in 0..=input.len() {
            let (requests, end) = serve(input.as_bytes(), cut);
            assert!(end.is_err() && requests.len() == served, "cut at byte {cut}: {requests:?}");
        }
    }
}

#[test]
fn the_interim_response_is_a_whole_head() {
    let mut response = httparse::Response::new(&mut []);
    assert_eq!(response.parse(CONTINUE), Ok(httparse::Status::Complete(CONTINUE.len())));
    assert_eq!((response.code, response.version), (Some(100), Some(1)));
}
