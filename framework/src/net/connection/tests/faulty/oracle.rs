//! What is due to a client that has sent so much and ended so, held against what it received.

use super::answers::{Answer, read};
use super::plan::{Closing, End, Exchange, Plan, Reading};

/// What a connection came to.
pub(super) struct Outcome<'a> {
    pub(super) received: &'a [u8],
    /// Whether the server cut it off.
    pub(super) was_reset: bool,
    /// How many bytes the server had read when it began to drain.
    pub(super) read_at_drain: Option<usize>,
}

/// What may follow an answer, or come in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// The answer of the plan.
    Answer,
    /// An answer of this status, and the end.
    Refusal(u16),
    /// An answer that is seen to break off.
    Truncated,
    /// Nothing, and the end.
    Nothing,
}

/// Gives how many answers were whole.
pub(super) fn check(plan: &Plan, outcome: &Outcome<'_>) -> Result<usize, String> {
    let mut rest = outcome.received;
    let mut whole = 0;
    let mut start = 0;
    let sent = plan.end.sent_of(plan.len());
    for (number, exchange) in plan.exchanges.iter().enumerate() {
        let fault = |what: String| format!("answer {number} of {}: {what}", plan.exchanges.len());
        let arrived = sent.saturating_sub(start);
        let due = due(exchange, arrived, plan.end);
        // The method is known with the space behind it, even where the head does not end.
        let is_head = exchange.is_head && arrived >= exchange.blank_len + "HEAD ".len();
        let answer = read(rest, exchange, is_head).map_err(fault)?;
        let Some(answer) = answer else {
            return missing(plan, outcome, &due, start + exchange.blank_len, rest)
                .map(|()| whole)
                .map_err(fault);
        };
        rest = &rest[answer.len..];
        let is_cut = !answer.is_whole && rest.is_empty() && may_be_cut(plan.end, outcome);
        if is_cut && due.contains(&Due::Answer) {
            compare(&answer, exchange).map_err(fault)?;
            return Ok(whole);
        }
        if !due.iter().any(|due| is(&answer, exchange, *due)) {
            let why = compare(&answer, exchange).err().unwrap_or_default();
            return Err(fault(format!("{} is none of {due:?}; {why}", answer.status)));
        }
        whole += usize::from(answer.is_whole);
        start += exchange.request.len();
        let ends = due != [Due::Answer] || exchange.closing == Closing::Always;
        if ends || answer.closes {
            if !ends && exchange.closing == Closing::Never && !may_end(plan, outcome, number, start) {
                return Err(fault("it closes, and more was due".to_owned()));
            }
            break;
        }
    }
    if rest.is_empty() { Ok(whole) } else { Err(format!("{} bytes behind the last answer", rest.len())) }
}

/// What is due to a request of which `arrived` bytes were sent.
fn due(exchange: &Exchange, arrived: usize, end: End) -> Vec<Due> {
    if arrived >= exchange.request.len() {
        return vec![Due::Answer];
    }
    let in_body = if matches!(end, End::CutShort(_)) { 400 } else { 408 };
    if arrived <= exchange.blank_len {
        return vec![Due::Nothing];
    }
    if exchange.closing == Closing::Always {
        // It may be refused at any of its bytes.
        return vec![Due::Answer, Due::Refusal(408), Due::Refusal(400), Due::Nothing];
    }
    if arrived < exchange.head_len {
        return vec![if matches!(end, End::CutShort(_)) { Due::Nothing } else { Due::Refusal(408) }];
    }
    match exchange.reading {
        // Whether the rest was known, and waited for, is all the same: nothing follows.
        Reading::Nothing => vec![Due::Answer, Due::Nothing],
        Reading::Some => vec![Due::Answer],
        Reading::All => vec![Due::Refusal(in_body)],
        Reading::Through => vec![Due::Truncated],
    }
}

fn is(answer: &Answer, exchange: &Exchange, due: Due) -> bool {
    match due {
        Due::Answer => answer.is_whole && compare(answer, exchange).is_ok(),
        Due::Refusal(status) => answer.is_whole && answer.status == status && answer.closes,
        Due::Truncated => !answer.is_whole && answer.tells_of_a_cut && compare(answer, exchange).is_ok(),
        Due::Nothing => false,
    }
}

/// Whether an answer may end in its middle: the network or the client has ended the connection, or the server has,
/// so that the client can tell.
fn may_be_cut(end: End, outcome: &Outcome<'_>) -> bool {
    match end {
        End::Leave | End::Reset => true,
        End::Unread(_) => outcome.was_reset,
        End::HalfClose | End::Wait | End::Stall(_) | End::CutShort(_) | End::Drain => false,
    }
}

/// Judges that a request, which begins at `start`, has no answer, or only the beginning of one's head.
fn missing(plan: &Plan, outcome: &Outcome<'_>, due: &[Due], start: usize, rest: &[u8]) -> Result<(), String> {
    let excused = match plan.end {
        End::Leave | End::Reset => true,
        End::Unread(_) => outcome.was_reset,
        End::Drain => rest.is_empty() && outcome.read_at_drain.is_some_and(|read| read <= start),
        End::HalfClose | End::Wait | End::Stall(_) | End::CutShort(_) => {
            rest.is_empty() && due.contains(&Due::Nothing)
        }
    };
    if excused { Ok(()) } else { Err(format!("missing or cut within {} bytes; due was {due:?}", rest.len())) }
}

/// Whether the connection may end as announced, though the request behind `number`, which begins at `start`, is whole.
fn may_end(plan: &Plan, outcome: &Outcome<'_>, number: usize, start: usize) -> bool {
    let Some(next) = plan.exchanges.get(number + 1) else { return true };
    let start = start + next.blank_len;
    plan.end.sent_of(plan.len()) <= start || outcome.read_at_drain.is_some_and(|read| read <= start)
}

/// Compares an answer, or what there is of it, with the one of the plan.
fn compare(answer: &Answer, exchange: &Exchange) -> Result<(), String> {
    if answer.status != exchange.status {
        return Err(format!("{} in place of {}", answer.status, exchange.status));
    }
    if answer.interims > usize::from(exchange.expects) {
        return Err(format!("{} interim answers", answer.interims));
    }
    match &exchange.body {
        Some(body) if answer.is_whole && answer.body != *body => Err("another body".to_owned()),
        Some(body) if !body.starts_with(&answer.body) => Err("no beginning of the body".to_owned()),
        None if answer.is_whole && !exchange.is_head && !answer.body.ends_with(b"}") => {
            Err("no problem document".to_owned())
        }
        Some(_) | None => Ok(()),
    }
}
