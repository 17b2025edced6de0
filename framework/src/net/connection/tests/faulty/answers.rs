//! Answers as a client reads them, held against what was due.

use super::plan::{Exchange, Plan};
use crate::__properties::{Answer, read_answer};
use crate::h1::RequestKind;

/// Compares all that was received with what `plan` is due; gives how many answers were whole.
pub(super) fn check(plan: &Plan, received: &[u8]) -> Result<usize, String> {
    let mut rest = received;
    let mut whole = 0;
    for (number, exchange) in plan.exchanges.iter().enumerate() {
        let fault = |what: String| format!("answer {number} of {}: {what}", plan.exchanges.len());
        let Some(answer) = read(&mut rest, exchange).map_err(fault)? else {
            if plan.end.cuts() {
                return Ok(whole);
            }
            return Err(fault(format!("missing or cut within {} bytes", rest.len())));
        };
        compare(&answer, exchange).map_err(fault)?;
        if !answer.is_whole {
            return if plan.end.cuts() { Ok(whole) } else { Err(fault("broke off".to_owned())) };
        }
        whole += 1;
        if answer.closes() {
            break;
        }
    }
    if !plan.end.cuts() && whole < plan.exchanges.len() {
        return Err(format!("closed after {whole} of {} answers", plan.exchanges.len()));
    }
    if rest.is_empty() { Ok(whole) } else { Err(format!("{} bytes behind the last answer", rest.len())) }
}

fn compare(answer: &Answer, exchange: &Exchange) -> Result<(), String> {
    if answer.status != exchange.status {
        return Err(format!("{} in place of {}", answer.status, exchange.status));
    }
    match &exchange.body {
        Some(body) if answer.is_whole && answer.content != *body => Err("another body".to_owned()),
        Some(body) if !body.starts_with(&answer.content) => Err("no beginning of the body".to_owned()),
        None if answer.is_whole && !exchange.is_head && !answer.content.ends_with(b"}") => {
            Err("no problem document".to_owned())
        }
        Some(_) | None => Ok(()),
    }
}

/// Reads the next answer behind any interim ones; `None` where its head is not there.
fn read(rest: &mut &[u8], exchange: &Exchange) -> Result<Option<Answer>, String> {
    let kind = if exchange.is_head { RequestKind::Head } else { RequestKind::Other };
    loop {
        let Some(mut answer) = read_answer(rest, kind)? else { return Ok(None) };
        *rest = &rest[answer.len..];
        if answer.status >= 200 {
            // What ends with the connection ends wherever that is cut.
            answer.is_whole &= !answer.ends_with_close || exchange.body.as_ref() == Some(&answer.content);
            return Ok(Some(answer));
        }
    }
}
