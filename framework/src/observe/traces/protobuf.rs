//! What OTLP needs of protobuf (<https://protobuf.dev/programming-guides/encoding/>): fields written one behind the other.
//!
//! A message's repeated field is its elements' fields in a row, so spans that are encoded apart are a batch when they
//! stand behind each other.

/// A number in as few bytes as it needs, seven bits in each.
fn push_varint(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

fn push_key(out: &mut Vec<u8>, field: u32, wire_type: u64) {
    push_varint(out, u64::from(field) << 3 | wire_type);
}

/// A field of an integer or an enumeration.
pub(super) fn push_number(out: &mut Vec<u8>, field: u32, number: u64) {
    push_key(out, field, 0);
    push_varint(out, number);
}

/// A field of eight bytes.
pub(super) fn push_fixed64(out: &mut Vec<u8>, field: u32, number: u64) {
    push_key(out, field, 1);
    out.extend_from_slice(&number.to_le_bytes());
}

/// A field of four bytes.
pub(super) fn push_fixed32(out: &mut Vec<u8>, field: u32, number: u32) {
    push_key(out, field, 5);
    out.extend_from_slice(&number.to_le_bytes());
}

/// A field of bytes, a text or a message that is encoded already.
pub(super) fn push_bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    push_key(out, field, 2);
    push_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// A field of a message that `fill` writes.
pub(super) fn push_message(out: &mut Vec<u8>, field: u32, fill: impl FnOnce(&mut Vec<u8>)) {
    push_key(out, field, 2);
    let start = out.len();
    fill(out);
    // Its length stands in front of it, and is known now.
    let mut len = Vec::with_capacity(4);
    push_varint(&mut len, (out.len() - start) as u64);
    out.splice(start..start, len);
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(u64),
}

/// A field of a `KeyValue`.
pub(super) fn push_attribute(out: &mut Vec<u8>, field: u32, key: &str, value: Value<'_>) {
    push_message(out, field, |out| {
        push_bytes(out, 1, key.as_bytes());
        push_message(out, 2, |out| match value {
            Value::Text(text) => push_bytes(out, 1, text.as_bytes()),
            Value::Number(number) => push_number(out, 3, number),
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_the_specification_shows() {
        let mut out = Vec::new();
        push_number(&mut out, 1, 150);
        push_bytes(&mut out, 2, b"testing");
        push_message(&mut out, 3, |out| push_number(out, 1, 150));
        push_fixed32(&mut out, 16, 1);
        assert_eq!(out, b"\x08\x96\x01\x12\x07testing\x1a\x03\x08\x96\x01\x85\x01\x01\0\0\0");
    }

    #[test]
    fn a_message_may_be_longer_than_a_byte_says() {
        let mut out = Vec::new();
        push_message(&mut out, 1, |out| out.extend_from_slice(&[7; 300]));
        assert_eq!((&out[..3], out.len()), (&b"\x0a\xac\x02"[..], 303));
        out.clear();
        push_number(&mut out, 1, u64::MAX);
        assert_eq!(out.len(), 11);
    }
}
