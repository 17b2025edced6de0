//! Chunked bodies in bytes, out as content; every input also cut at every byte, with bytes of the next request
//! behind it.

use proptest::prelude::*;

use super::*;
use crate::__properties::replay;
use crate::h1::framing::{Body, decode_cut};
use crate::h1::{BodyDecoder, Framing, HeadError};

/// Decodes `input` whole; no way to cut it may change what comes out.
#[track_caller]
fn decode(input: impl AsRef<[u8]>) -> Result<Body, ChunkError> {
    let input = input.as_ref();
    let whole = decode_cut(Framing::Chunked, input, &[]);
    if input.len() <= 400 {
        for cut in 0..input.len() {
            assert_eq!(
                decode_cut(Framing::Chunked, input, &[cut]),
                whole,
                "cut at byte {cut} of {}",
                input.escape_ascii()
            );
        }
    }
    let every: Vec<usize> = (0..input.len()).collect();
    assert_eq!(decode_cut(Framing::Chunked, input, &every), whole, "byte by byte: {}", input.escape_ascii());
    whole
}

/// Takes all of `coding`, and nothing of what is pipelined behind it.
#[track_caller]
fn accept(coding: impl AsRef<[u8]>, content: &str) {
    let coding = coding.as_ref();
    let input = [coding, b"GET / HTTP/1.1\r\n"].concat();
    let expected = Body { content: content.as_bytes().to_vec(), len: coding.len(), complete: true };
    assert_eq!(decode(&input), Ok(expected), "{}", coding.escape_ascii());
}

/// Refuses `coding` at its last byte: no more bytes are waited for, and none fewer will do.
#[track_caller]
fn refuse(coding: impl AsRef<[u8]>, expected: ChunkError) {
    let coding = coding.as_ref();
    assert_eq!(decode(coding), Err(expected), "{}", coding.escape_ascii());
    let shorter = decode(&coding[..coding.len() - 1]).map(|body| body.complete);
    assert_eq!(shorter, Ok(false), "{} without its last byte", coding.escape_ascii());
}

#[test]
fn takes_chunks_apart() {
    accept("0\r\n\r\n", "");
    accept("5\r\nhello\r\n0\r\n\r\n", "hello");
    accept("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc");
    accept("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n");
    accept(format!("fF\r\n{}\r\n000\r\n\r\n", "a".repeat(255)), &"a".repeat(255));
    accept(format!("{}5\r\nhello\r\n0\r\n\r\n", "0".repeat(31)), "hello");
}

#[test]
fn refuses_what_is_no_size() {
    for found in *b"+-\"'.,ghx_\0\x0b\xef\xa0:" {
        refuse([found], ChunkError::InvalidSize(found));
        refuse([b'5', found], ChunkError::InvalidSize(found));
    }
    for found in *b" \t\r;" {
        refuse([found], ChunkError::InvalidSize(found));
    }
    refuse("0x", ChunkError::InvalidSize(b'x'));
    refuse("0 5", ChunkError::InvalidExtension(b'5'));
    refuse("5 \r", ChunkError::InvalidExtension(b'\r'));
}

#[test]
fn refuses_a_size_that_64_bits_cannot_hold() {
    refuse("10000000000000000", ChunkError::SizeTooLarge);
    refuse("10000000000000005", ChunkError::SizeTooLarge);
    refuse("0fffffffffffffffff", ChunkError::SizeTooLarge);
    refuse("0".repeat(33), ChunkError::SizeTooLarge);
    let largest = decode("ffffffffffffffff\r\nabc").unwrap();
    assert_eq!((largest.content.as_slice(), largest.complete), (b"abc".as_slice(), false));
}

#[test]
fn refuses_a_bare_lf_or_cr() {
    for coding in
        ["\n", "5\n", "5\r\nhello\n", "5;\n", "5;a\n", "5;a=\"\n", "0\r\n\n", "0\r\na\n", "0\r\na:\n"]
    {
        refuse(coding, ChunkError::BareLf);
    }
    for coding in ["5\rh", "5\r\r", "5;a\rb", "5\r\nhello\r\r", "0\r\n\r\r", "0\r\na:\rb", "0\r\na:b\r\r"] {
        refuse(coding, ChunkError::BareCr);
    }
}

#[test]
fn refuses_data_beyond_its_size() {
    refuse("5\r\nhello!", ChunkError::InvalidDataEnd(b'!'));
    refuse("5\r\nhello0", ChunkError::InvalidDataEnd(b'0'));
}

#[test]
fn passes_over_extensions() {
    for extension in [
        ";a",
        ";a=b",
        ";a;b=c;d",
        " ; a = b ; c",
        "\t;\ta\t;b",
        ";a=\"\"",
        ";a=\"b;c=\\\"\\\\ \t\u{e9}\" ;d",
        ";!#$=%&'",
    ] {
        accept(format!("5{extension}\r\nhello\r\n0{extension}\r\n\r\n"), "hello");
    }
}

#[test]
fn refuses_extensions_that_two_parsers_read_differently() {
    for (coding, found) in [
        ("5;\r", b'\r'),
        ("5; \r", b'\r'),
        ("5;=", b'='),
        ("5;;", b';'),
        ("5;a \r", b'\r'),
        ("5;a b", b'b'),
        ("5;a=\r", b'\r'),
        ("5;a=;", b';'),
        ("5;a=b \r", b'\r'),
        ("5;a=b=", b'='),
        ("5;a=b\"", b'"'),
        ("5;a=\"b\"c", b'c'),
        ("5;a=\"b\r", b'\r'),
        ("5;a=\"\\\r", b'\r'),
        ("5;a=\"\0", 0),
        ("5;a\0", 0),
        ("5 a", b'a'),
        ("5 =", b'='),
        ("5;\"", b'"'),
    ] {
        refuse(coding, ChunkError::InvalidExtension(found));
    }
}

#[test]
fn extensions_may_outweigh_data_by_their_budget_and_no_more() {
    refuse(format!("5;{}", "a".repeat(8192)), ChunkError::ExtensionsTooLarge);
    accept(format!("1;{}\r\nx\r\n0\r\n\r\n", "a".repeat(8191)), "x");
    // Two thousand chunks of one byte, each with a kilobyte beside it.
    let many = format!("1;{}\r\nx\r\n", "a".repeat(1000)).repeat(2000);
    assert_eq!(decode_cut(Framing::Chunked, many.as_bytes(), &[]), Err(ChunkError::ExtensionsTooLarge));
}

#[test]
fn no_more_is_read_of_extensions_than_their_budget() {
    let chunk = format!("1;{}\r\nx\r\n", "a".repeat(30)).repeat(10_000);
    let mut decoder = BodyDecoder::new(Framing::Chunked);
    let (mut read, mut content) = (0, 0);
    while let Ok(decoded) = decoder.decode(&chunk.as_bytes()[read..=read]) {
        read += decoded.consumed;
        content += decoded.content.len();
    }
    // What a chunk has beside its extension are six bytes.
    assert!((8 * 1024..9 * 1024 + 6 * content).contains(&read), "{read} bytes read for {content} of content");
    assert!(content < 300, "{content}");
}

#[test]
fn no_byte_is_looked_at_twice() {
    let coding = format!("{}0\r\n{}\r\n", "001;a=\"b\"\r\nx\r\n".repeat(100), "name: value\r\n".repeat(100));
    for piece_len in [1, 2, 7, 1000] {
        let mut decoder = BodyDecoder::new(Framing::Chunked);
        for piece in coding.as_bytes().chunks(piece_len) {
            let mut rest = piece;
            // Each call takes bytes of its own: nothing is left for another look.
            while !rest.is_empty() {
                let consumed = decoder.decode(rest).unwrap().consumed;
                assert!(consumed > 0, "{} bytes would be looked at again", rest.len());
                rest = &rest[consumed..];
            }
        }
        assert!(decoder.is_complete());
    }
}

#[test]
fn a_long_upload_may_carry_an_extension_a_chunk() {
    let data = "d".repeat(1024);
    let chunk = format!("400;signature={}\r\n{data}\r\n", "a".repeat(64));
    let body =
        decode_cut(Framing::Chunked, format!("{}0\r\n\r\n", chunk.repeat(1000)).as_bytes(), &[]).unwrap();
    assert_eq!((body.content.len(), body.complete), (1000 * 1024, true));
}

#[test]
fn passes_over_trailer_fields() {
    accept("0\r\na: b\r\nETag: c\r\nServer-Timing:\r\nX: \t\u{e9}\r\n\r\n", "");
    // Names that only begin, or go on, as forbidden ones do.
    accept("0\r\ncontent-lengt: 5\r\ncontent-lengthy: 5\r\ntransfer-encodin: x\r\nhos:\r\nt:\r\n\r\n", "");
}

#[test]
fn refuses_trailers_that_must_be_known_before_the_content() {
    for name in [
        "Content-Length",
        "transfer-ENCODING",
        "Host",
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "Content-Type",
        "content-encoding",
        "Content-Range",
        "Expect",
        "Range",
        "TE",
        "Trailer",
        "Connection",
        "Keep-Alive",
        "upgradE",
    ] {
        refuse(format!("0\r\na: b\r\n{name}:"), ChunkError::ForbiddenTrailer);
    }
}

#[test]
fn checks_trailer_fields_as_those_of_a_head() {
    for (line, expected) in [
        (" ", HeadError::IndentedLine),
        ("a:b\r\n ", HeadError::IndentedLine),
        (":", HeadError::EmptyFieldName),
        ("a ", HeadError::WhitespaceBeforeColon),
        ("GET ", HeadError::WhitespaceBeforeColon),
        ("a\r", HeadError::MissingColon),
        ("a(", HeadError::InvalidFieldName(b'(')),
        ("a: \0", HeadError::InvalidFieldValue(0)),
        ("a: \x7f", HeadError::InvalidFieldValue(0x7f)),
    ] {
        refuse(format!("0\r\n{line}"), ChunkError::InvalidTrailer(expected));
    }
}

#[test]
fn a_trailer_section_is_bounded_in_bytes_and_in_fields() {
    accept(format!("0\r\n{}\r\n", "a:\r\n".repeat(100)), "");
    refuse(format!("0\r\n{}a", "a:\r\n".repeat(100)), ChunkError::TrailerTooLarge);
    let at_the_limit = format!("0\r\na:{}\r\n\r\n", "b".repeat(16 * 1024 - 4));
    accept(&at_the_limit, "");
    refuse(format!("0\r\na:{}", "b".repeat(16 * 1024 - 1)), ChunkError::TrailerTooLarge);
}

#[test]
fn a_body_that_breaks_off_is_never_complete() {
    let coding = b"5;a=\"b\"\r\nhello\r\n0\r\nc: d\r\n\r\n";
    for end in 0..coding.len() {
        assert!(!decode_cut(Framing::Chunked, &coding[..end], &[]).unwrap().complete, "cut at byte {end}");
    }
}

#[test]
fn an_error_is_told_to_the_body_as_malformed() {
    let error = crate::BodyError::from(ChunkError::InvalidSize(b'\x0b'));
    assert_eq!(error.status(), 400);
    let text = r"the chunked body is malformed: expected a chunk size of hexadecimal digits, found '\x0b'";
    assert_eq!(error.to_string(), text);
}

proptest! {
    #[test]
    fn content_comes_back_out_of_chunks(input in prop::collection::vec(any::<u8>(), 0..200)) {
        chunked(&input);
    }

    #[test]
    fn bytes_of_the_coding_are_read_in_one_way_or_not_at_all(
        input in prop::collection::vec(
            prop_oneof![4 => prop::sample::select(b"0123\r\n;=\" \ta:".as_slice()), 1 => any::<u8>()], 0..40),
    ) {
        chunked(&input);
    }
}

#[test]
fn the_fuzzers_bodies_are_read_in_one_way_or_not_at_all() {
    replay("chunked", chunked);
}
