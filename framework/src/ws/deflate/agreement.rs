//! What client and server agree on (RFC 7692 §5, §7.1).
//!
//! The first offer that can be kept to is taken. One is declined that has a parameter nobody knows, one twice, or one with
//! a value it cannot have; and one that asks of the server for a window of 8 bits, which zlib does not make.

use super::super::extensions::Offer;
use super::super::upgrade::Agreed;
use super::codec::{Deflater, Inflater};
use super::{MAX_WINDOW_BITS, MIN_WINDOW_BITS, MessageCompression};

const NAME: &str = "permessage-deflate";

/// Takes the first offer that can be kept to.
pub(in super::super) fn agree(ours: &MessageCompression, offers: &[Offer]) -> Option<Agreed> {
    let terms = offers.iter().find_map(|offer| Terms::of(ours, &Asked::read(offer)?))?;
    Some(Agreed {
        answer: terms.answer(),
        inflater: Inflater::new(terms.client_keeps_context.then_some(terms.client_window_bits)),
        deflater: Deflater::new(terms.server_window_bits, terms.server_keeps_context, ours.min_bytes),
    })
}

/// What an offer asks for (RFC 7692 §7.1).
#[derive(Debug, Default)]
struct Asked {
    server_no_context: bool,
    client_no_context: bool,
    server_window_bits: Option<u8>,
    /// Whether the client can keep to a smaller window, and what it keeps to anyway.
    client_window_bits: Option<u8>,
}

impl Asked {
    /// Reads an offer; `None` where it is of another extension, or to be declined.
    fn read(offer: &Offer) -> Option<Self> {
        if !offer.name.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let mut asked = Self::default();
        for (index, param) in offer.params.iter().enumerate() {
            if offer.params.iter().take(index).any(|before| before.name == param.name) {
                return None;
            }
            match (param.name.as_str(), param.value.as_deref()) {
                ("server_no_context_takeover", None) => asked.server_no_context = true,
                ("client_no_context_takeover", None) => asked.client_no_context = true,
                ("server_max_window_bits", Some(bits)) => asked.server_window_bits = Some(window_bits(bits)?),
                ("client_max_window_bits", None) => asked.client_window_bits = Some(MAX_WINDOW_BITS),
                ("client_max_window_bits", Some(bits)) => asked.client_window_bits = Some(window_bits(bits)?),
                _ => return None,
            }
        }
        Some(asked)
    }
}

/// 8 to 15, without zeros before (RFC 7692 §7.1.2).
fn window_bits(text: &str) -> Option<u8> {
    let bits = text.parse().ok()?;
    (matches!(bits, 8..=15) && !text.starts_with(['0', '+'])).then_some(bits)
}

/// What is agreed on.
#[derive(Debug, PartialEq, Eq)]
struct Terms {
    server_keeps_context: bool,
    client_keeps_context: bool,
    server_window_bits: u8,
    client_window_bits: u8,
    /// Whether the client knows the parameter, and may be answered with it.
    tells_client_window: bool,
}

impl Terms {
    fn of(ours: &MessageCompression, asked: &Asked) -> Option<Self> {
        let server_window_bits = asked.server_window_bits.unwrap_or(MAX_WINDOW_BITS).min(ours.window_bits);
        if server_window_bits < MIN_WINDOW_BITS {
            return None;
        }
        // Who does not know the parameter uses the largest window (RFC 7692 §7.1.2.2).
        let client_window_bits =
            asked.client_window_bits.map_or(MAX_WINDOW_BITS, |bits| bits.min(ours.window_bits));
        Some(Self {
            server_keeps_context: ours.keeps_context && !asked.server_no_context,
            client_keeps_context: ours.keeps_context && !asked.client_no_context,
            server_window_bits,
            client_window_bits,
            tells_client_window: client_window_bits < MAX_WINDOW_BITS,
        })
    }

    /// The value of the answer's `Sec-WebSocket-Extensions`.
    fn answer(&self) -> String {
        let mut answer = NAME.to_owned();
        if !self.server_keeps_context {
            answer.push_str("; server_no_context_takeover");
        }
        if !self.client_keeps_context {
            answer.push_str("; client_no_context_takeover");
        }
        if self.server_window_bits < MAX_WINDOW_BITS {
            answer.push_str(&format!("; server_max_window_bits={}", self.server_window_bits));
        }
        if self.tells_client_window {
            answer.push_str(&format!("; client_max_window_bits={}", self.client_window_bits));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::extensions::parse;
    use super::*;

    fn answer(ours: MessageCompression, offered: &str) -> Option<String> {
        let offers = parse([offered.as_bytes()].into_iter()).unwrap();
        agree(&ours, &offers).map(|agreed| agreed.answer)
    }

    #[test]
    fn each_offer_has_its_answer() {
        const ALONE: MessageCompression = MessageCompression::new();
        const KEPT: MessageCompression = ALONE.keep_context();
        const NONE: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        let with_none = |more: &str| format!("{NONE}{more}");
        let plain = |more: &str| format!("permessage-deflate{more}");
        let rows = [
            (ALONE, "permessage-deflate", Some(NONE.to_owned())),
            (ALONE, "x-webkit-deflate-frame, permessage-deflate", Some(NONE.to_owned())),
            (ALONE, "permessage-deflate; client_max_window_bits", Some(NONE.to_owned())),
            (
                ALONE,
                "Permessage-Deflate; client_max_window_bits=8",
                Some(with_none("; client_max_window_bits=8")),
            ),
            (
                ALONE,
                "permessage-deflate; server_max_window_bits=\"10\"",
                Some(with_none("; server_max_window_bits=10")),
            ),
            (KEPT, "permessage-deflate", Some(plain(""))),
            (
                KEPT,
                "permessage-deflate; server_no_context_takeover",
                Some(plain("; server_no_context_takeover")),
            ),
            (
                KEPT,
                "permessage-deflate; client_no_context_takeover",
                Some(plain("; client_no_context_takeover")),
            ),
            (KEPT, "permessage-deflate; server_max_window_bits=15", Some(plain(""))),
            (KEPT.window_bits(11), "permessage-deflate", Some(plain("; server_max_window_bits=11"))),
            (
                KEPT.window_bits(11),
                "permessage-deflate; client_max_window_bits; server_max_window_bits=9",
                Some(plain("; server_max_window_bits=9; client_max_window_bits=11")),
            ),
            // zlib makes no window of 256 bytes; the client's next offer is as good.
            (ALONE, "permessage-deflate; server_max_window_bits=8", None),
            (
                ALONE,
                "permessage-deflate; server_max_window_bits=8, permessage-deflate",
                Some(NONE.to_owned()),
            ),
            (ALONE, "permessage-deflate; x, permessage-deflate", Some(NONE.to_owned())),
            (
                KEPT,
                "permessage-deflate; client_max_window_bits=\"10\"",
                Some(plain("; client_max_window_bits=10")),
            ),
            (ALONE, "permessage-deflate; client_max_window_bits; client_max_window_bits=10", None),
            (ALONE, "permessage-deflate; server_max_window_bits=+10", None),
            (ALONE, "permessage-deflate; SERVER_no_context_takeover", None),
            (ALONE, "foo", None),
            (ALONE, "permessage-deflate; x", None),
            (ALONE, "permessage-deflate; server_no_context_takeover=1", None),
            (ALONE, "permessage-deflate; client_no_context_takeover; client_no_context_takeover", None),
            (ALONE, "permessage-deflate; server_max_window_bits", None),
            (ALONE, "permessage-deflate; server_max_window_bits=16", None),
            (ALONE, "permessage-deflate; server_max_window_bits=09", None),
            (ALONE, "permessage-deflate; client_max_window_bits=7", None),
            (ALONE, "permessage-deflate; client_max_window_bits=x", None),
        ];
        for (ours, offered, expected) in rows {
            assert_eq!(answer(ours, offered), expected, "{offered}");
        }
    }
}
