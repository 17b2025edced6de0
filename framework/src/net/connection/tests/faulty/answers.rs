//! Answers as a client reads them.

use super::plan::Exchange;
use crate::__properties::read_answer;
use crate::h1::RequestKind;

/// One answer, or what there is of it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) is_whole: bool,
    /// Whether its framing shows where it ends, so that a part of it never looks whole.
    pub(super) tells_of_a_cut: bool,
    pub(super) closes: bool,
    /// How many interim answers came before it.
    pub(super) interims: usize,
    /// Its bytes, those of the interim ones included.
    pub(super) len: usize,
}

/// Reads the next answer behind any interim ones; `None` where its head is not there. Where `is_head`, the server has
/// read a HEAD request, whose answer has no content.
pub(super) fn read(input: &[u8], exchange: &Exchange, is_head: bool) -> Result<Option<Answer>, String> {
    let kind = if is_head { RequestKind::Head } else { RequestKind::Other };
    let (mut len, mut interims) = (0, 0);
    loop {
        let Some(answer) = read_answer(&input[len..], kind)? else { return Ok(None) };
        len += answer.len;
        if answer.status < 200 {
            interims += 1;
            continue;
        }
        // What ends with the connection ends wherever that is cut.
        let is_due = !answer.ends_with_close || exchange.body.as_ref() == Some(&answer.content);
        return Ok(Some(Answer {
            status: answer.status,
            is_whole: answer.is_whole && is_due,
            tells_of_a_cut: !answer.ends_with_close,
            closes: answer.closes(),
            interims,
            len,
            body: answer.content,
        }));
    }
}
