//! Limits, heads that trickle, and heads that come many at a time.

use super::*;

const LIMITS: HeadLimits = HeadLimits { max_target: 20, max_head: 100, max_fields: 3 };

#[track_caller]
fn refuse_within(input: &str, expected: HeadError) {
    assert_eq!(parse_within(input.as_bytes(), &LIMITS), Err(expected), "{input}");
}

#[track_caller]
fn accept_within(input: &str) {
    assert!(matches!(parse_within(input.as_bytes(), &LIMITS), Ok(Some(_))), "{input}");
}

#[test]
fn a_target_at_the_limit_is_taken_and_one_beyond_refused() {
    for start in ["/", "/?", "http://a/", "http://", "http://a?", "/%41"] {
        let at_the_limit = format!("{start}{}", "b".repeat(20 - start.len()));
        accept_within(&format!("GET {at_the_limit} HTTP/1.0\r\n\r\n"));
        refuse_within(&format!("GET {at_the_limit}b HTTP/1.0\r\n\r\n"), HeadError::TargetTooLong);
        refuse_within(&format!("GET {at_the_limit}b"), HeadError::TargetTooLong);
    }
    refuse_within(&format!("GET /{}%41 HTTP/1.0\r\n\r\n", "b".repeat(18)), HeadError::TargetTooLong);
    accept_within("CONNECT aaaaaaaaaaaaaaa:4443 HTTP/1.0\r\n\r\n");
    refuse_within("CONNECT aaaaaaaaaaaaaaaaa:4443 HTTP/1.0\r\n\r\n", HeadError::TargetTooLong);
}

#[test]
fn a_target_that_never_ends_is_414_even_where_the_head_is_smaller() {
    let limits = HeadLimits { max_target: 1000, ..LIMITS };
    let input = format!("GET /{}", "a".repeat(200));
    assert_eq!(parse_within(input.as_bytes(), &limits), Err(HeadError::TargetTooLong));
}

#[test]
fn a_head_at_the_limit_is_taken_and_one_beyond_refused() {
    let start = "GET / HTTP/1.0\r\na: ";
    let at_the_limit = format!("{start}{}\r\n\r\n", "b".repeat(100 - start.len() - 4));
    assert_eq!(at_the_limit.len(), LIMITS.max_head);
    accept_within(&at_the_limit);
    refuse_within(&at_the_limit.replace("a: ", "a: b"), HeadError::HeadTooLarge);
    refuse_within(&format!("{start}{}", "b".repeat(1000)), HeadError::HeadTooLarge);
    refuse_within(&format!("GET / HTTP/1.0\r\n{}", "b".repeat(1000)), HeadError::HeadTooLarge);
}

#[test]
fn field_lines_are_counted_before_they_are_stored() {
    accept_within("GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\n\r\n");
    refuse_within("GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\nd:\r\n\r\n", HeadError::TooManyFields);
    refuse_within("GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\nd", HeadError::TooManyFields);
}

#[test]
fn a_fault_before_the_limit_is_named_rather_than_the_limit() {
    refuse_within(&format!("GET /<{} HTTP/1.0\r\n\r\n", "b".repeat(200)), HeadError::InvalidTarget(b'<'));
    refuse_within(&format!("GET / HTTP/1.0\r\na\0{}", "b".repeat(200)), HeadError::InvalidFieldName(0));
}

/// How many bytes at the start of the input the parser will never look at again.
fn settled(parser: &HeadParser) -> usize {
    parser.skipped
        + match &parser.stage {
            Stage::RequestLine(request_line) => request_line.position(),
            Stage::Fields(fields) => fields.line + fields.partial.checked,
        }
}

#[test]
fn a_head_that_trickles_is_looked_at_once() {
    // A version and its line end are ten bytes, and the longest element that is looked at as a whole.
    const LOOKED_AT_AGAIN: usize = 10;
    let mut input = format!("\r\nGET https://a.b/{}?{} HTTP/1.1\r\n", "c%41".repeat(500), "d?".repeat(500));
    (0..80).for_each(|n| input.push_str(&format!("name-{n}: {}\r\n", "v \t".repeat(20))));
    input.push_str("Host: a\r\n\r\n");
    let (mut parser, mut head) = (HeadParser::default(), RequestHead::default());
    for end in 0..input.len() {
        assert_eq!(parser.parse(&input.as_bytes()[..end], &HeadLimits::default(), &mut head), Ok(None));
        assert!(settled(&parser) + LOOKED_AT_AGAIN >= end, "{} of {end} bytes are settled", settled(&parser));
    }
    let parsed = parser.parse(input.as_bytes(), &HeadLimits::default(), &mut head).unwrap().unwrap();
    assert_eq!((parsed.len, head.fields.len()), (input.len(), 81));
}

#[test]
fn pipelined_heads_are_read_one_after_the_other() {
    let heads = [
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "\r\nPOST /b?c HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: y\r\n\r\n",
    ];
    let input = heads.concat().into_bytes();
    for cut in 0..=input.len() {
        let (mut parser, mut head) = (HeadParser::default(), RequestHead::default());
        let (mut start, mut targets) = (0, Vec::new());
        for end in [cut, input.len()] {
            while let Some(parsed) =
                parser.parse(&input[start..end], &HeadLimits::default(), &mut head).unwrap()
            {
                start += parsed.len;
                targets.push(head.text(head.target).to_owned());
                head.clear();
            }
        }
        assert_eq!(
            (start, targets),
            (input.len(), vec!["/a".into(), "/b?c".into(), "*".into()]),
            "cut at {cut}"
        );
    }
}

#[test]
fn nothing_of_the_head_before_is_left() {
    let (mut parser, mut head) = (HeadParser::default(), RequestHead::default());
    let limits = HeadLimits::default();
    let before = b"POST http://a/x?y HTTP/1.0\r\nContent-Length: 5\r\nConnection: close\r\nExpect: x\r\n";
    let input = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let expected = parse(input).unwrap();

    parser.parse(&[before.as_slice(), b"\r\n"].concat(), &limits, &mut head).unwrap().expect("a whole head");
    head.clear();
    let parsed = parser.parse(input, &limits, &mut head).unwrap().expect("another one");
    assert_eq!(Some(Said::new(parsed, &head)), expected);

    head.clear();
    assert_eq!(parser.parse(before, &limits, &mut head), Ok(None));
    parser.reset();
    head.clear();
    let parsed = parser.parse(input, &limits, &mut head).unwrap().expect("one behind an unfinished one");
    assert_eq!(Some(Said::new(parsed, &head)), expected);
}
