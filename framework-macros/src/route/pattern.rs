//! Patterns: from the text of an attribute to segments, or to what is wrong with it.
//!
//! A pattern is split at `/` after the leading one: `/` is one empty literal, `/a/` is `a` and an empty one. Literals
//! are kept as they stand in a request target (RFC 3986 §3.3), so that matching compares bytes.

#[cfg(test)]
mod tests;

use proc_macro2::Span;
use syn::LitStr;
use syn::ext::IdentExt;
use syn::parse::Parser;

use crate::errors::Errors;

/// The most parameters a pattern may have; `server` keeps room for as many.
pub(crate) const MAX_PARAMS: usize = 16;

/// A pattern that can be matched.
#[derive(Clone)]
pub(crate) struct Pattern {
    /// As written, with the prefix of its scope in front.
    pub(crate) text: String,
    pub(crate) segments: Vec<Segment>,
    /// Where it was written.
    pub(crate) span: Span,
}

/// What stands between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(String),
    Param(String),
    CatchAll(String),
}

impl Pattern {
    /// Parses the pattern of a route; notes all that is wrong with it, on the literal.
    pub(crate) fn parse(literal: &LitStr, errors: &mut Errors) -> Option<Self> {
        Self::parse_text(&literal.value(), literal.span())
            .map_err(|messages| messages.iter().for_each(|message| errors.at(literal, message)))
            .ok()
    }

    /// Parses the prefix of a scope: a pattern without catch-all and without a slash at its end.
    pub(crate) fn parse_prefix(literal: &LitStr, errors: &mut Errors) -> Option<Self> {
        let prefix = Self::parse(literal, errors)?;
        let text = &prefix.text;
        let message = match prefix.segments.last() {
            Some(Segment::CatchAll(name)) => {
                format!("nothing can come after the catch-all `*{name}`: write `:{name}`, for one segment")
            }
            _ if text == "/" => "the prefix `/` adds nothing: leave `prefix` out".to_owned(),
            Some(Segment::Literal(last)) if last.is_empty() => {
                format!("a prefix ends without a slash: write `{:?}`", text.trim_end_matches('/'))
            }
            _ => return Some(prefix),
        };
        errors.at(literal, message);
        None
    }

    /// This pattern behind `prefix`; of `/` under `/admin` only `/admin` remains.
    ///
    /// # Errors
    ///
    /// What is wrong with the whole, where either alone was right.
    pub(crate) fn under(self, prefix: &Self) -> Result<Self, String> {
        let mut whole = prefix.clone();
        whole.span = self.span;
        if self.text != "/" {
            whole.text.push_str(&self.text);
            whole.segments.extend(self.segments);
        }
        match whole.fault() {
            Some(fault) => Err(format!("under the prefix `{}`, {fault}", prefix.text)),
            None => Ok(whole),
        }
    }

    /// The names of its parameters, in order.
    pub(crate) fn params(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Param(name) | Segment::CatchAll(name) => Some(name.as_str()),
        })
    }

    fn parse_text(text: &str, span: Span) -> Result<Self, Vec<String>> {
        let Some(rest) = text.strip_prefix('/') else {
            // Of a whole URL, a pattern is the path.
            let path =
                text.split_once("://").map_or(text, |(_, rest)| rest.split_once('/').map_or("", |it| it.1));
            // What people write in the slash's place.
            let path = path.trim().trim_start_matches(['/', '\\']);
            let path = if path == "*" { "*rest" } else { path };
            return Err(vec![format!("a pattern begins with a slash: write `{:?}`", format!("/{path}"))]);
        };
        if let Some(param) = rest.split('/').find(|piece| piece.starts_with(':') && piece.ends_with('?')) {
            return Err(vec![format!(
                "`{param}`: a parameter is never absent: write `{:?}`, and another function for the path without it",
                text.replacen(param, param.trim_end_matches('?'), 1)
            )]);
        }
        if let Some(stop) = text.find(['?', '#']) {
            let (path, rest) = text.split_at(stop);
            let advice = match rest.starts_with('#') {
                true => "; what follows `#` no client sends",
                false => ", and take what follows `?` with `Query<T>`",
            };
            return Err(vec![format!("a pattern matches the path alone: write `{path:?}`{advice}")]);
        }
        if text != text.trim_end() {
            return Err(vec![format!(
                "a pattern ends with its last segment: write `{:?}`, without the space",
                text.trim_end()
            )]);
        }
        let pieces: Vec<&str> = rest.split('/').collect();
        let mut segments = Vec::new();
        let mut faults = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let last = index + 1 == pieces.len();
            match parse_segment(piece, last) {
                Ok(segment) => segments.push(segment),
                Err(fault) => faults.push(fault.told(&pieces, index)),
            }
        }
        let pattern = Self { text: text.to_owned(), segments, span };
        faults.extend(pattern.fault().filter(|_| faults.is_empty()));
        if faults.is_empty() { Ok(pattern) } else { Err(faults) }
    }

    /// What is wrong with the segments together.
    fn fault(&self) -> Option<String> {
        let mut seen = Vec::new();
        for name in self.params() {
            if seen.contains(&name) {
                return Some(format!("the parameter `{name}` stands twice: give each a name of its own"));
            }
            seen.push(name);
        }
        (seen.len() > MAX_PARAMS)
            .then(|| format!("the pattern has {} parameters: {MAX_PARAMS} at most have room", seen.len()))
    }
}

/// What is wrong with a segment.
enum Fault {
    /// A sentence that needs no more than the segment.
    Plain(String),
    /// The segment should read so; the message shows the whole pattern.
    Write { wrong: String, right: String },
}

impl Fault {
    fn told(self, pieces: &[&str], index: usize) -> String {
        let (wrong, right) = match self {
            Self::Plain(sentence) => return sentence,
            Self::Write { wrong, right } => (wrong, right),
        };
        let mut pattern = String::new();
        for (position, piece) in pieces.iter().enumerate() {
            pattern.push('/');
            pattern.push_str(if position == index { &right } else { piece });
        }
        format!("{wrong}: write `{pattern:?}`")
    }
}

fn parse_segment(piece: &str, last: bool) -> Result<Segment, Fault> {
    let plain = |sentence: String| Err(Fault::Plain(sentence));
    if piece.is_empty() && !last {
        return plain("two slashes in a row hold an empty segment: write one".to_owned());
    }
    if let Some(name) = piece.strip_prefix(':') {
        return param_name(piece, name).map(Segment::Param);
    }
    if let Some(name) = piece.strip_prefix('*') {
        let name = param_name(piece, name)?;
        return match last {
            true => Ok(Segment::CatchAll(name)),
            false => plain(format!(
                "the catch-all `*{name}` takes all that is left and stands last: write `:{name}` for one segment"
            )),
        };
    }
    if piece.contains(['{', '}', '<', '>', '[', ']']) {
        let sign = if piece.contains('*') || piece.contains("..") { '*' } else { ':' };
        let right = format!("{sign}{}", first_word(piece));
        return Err(Fault::Write { wrong: format!("`{piece}` is not how a parameter is written"), right });
    }
    if let Some((before, after)) = piece.split_once([':', '*']) {
        let sign = if piece.contains(':') { ':' } else { '*' };
        let name = if after.is_empty() { before } else { after };
        let right = format!("{sign}{}", first_word(name));
        return Err(Fault::Write { wrong: format!("`{piece}`: a parameter takes a whole segment"), right });
    }
    literal(piece).map(Segment::Literal).map_err(Fault::Plain)
}

/// Checks a parameter's name: what can be an argument's name too.
fn param_name(piece: &str, name: &str) -> Result<String, Fault> {
    if name.is_empty() {
        let right = format!("{piece}{}", if piece == "*" { "rest" } else { "id" });
        return Err(Fault::Write { wrong: format!("`{piece}` has no name"), right });
    }
    let parsed = syn::Ident::parse_any.parse_str(name);
    let usable = |ident: &syn::Ident| {
        let text = ident.to_string();
        text == name && !matches!(name, "_" | "self" | "Self" | "super" | "crate") && !text.starts_with("__")
    };
    match parsed {
        Ok(ident) if usable(&ident) => Ok(ident.unraw().to_string()),
        _ if name.starts_with(first_word(name)) && first_word(name) != name => {
            let joined = name.replace('-', "_");
            let right = format!("{}{}", piece.get(..1).unwrap_or(":"), first_word(&joined));
            Err(Fault::Write {
                wrong: format!("`{piece}`: a parameter is a whole segment and named like an argument"),
                right,
            })
        }
        _ => {
            let right = format!("{}id", piece.get(..1).unwrap_or(":"));
            Err(Fault::Write { wrong: format!("`{name}` cannot be an argument's name"), right })
        }
    }
}

/// The first run of letters, digits and underscores that can be a name; "name" where there is none.
fn first_word(text: &str) -> &str {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let from = text.find(|c: char| c.is_alphabetic() || c == '_');
    let Some(from) = from else { return "name" };
    let tail = text.get(from..).unwrap_or_default();
    let to = tail.find(|c| !word(c)).unwrap_or(tail.len());
    tail.get(..to).unwrap_or(tail)
}

/// Encodes a literal segment as clients send it: spaces and non-ASCII as `%` and two digits.
fn literal(piece: &str) -> Result<String, String> {
    if matches!(piece, "." | "..") {
        return Err(format!("clients resolve `{piece}` before they send it: leave the segment out"));
    }
    let mut encoded = String::with_capacity(piece.len());
    let bytes = piece.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            b'%' if !bytes
                .iter()
                .skip(index + 1)
                .take(2)
                .filter(|b| b.is_ascii_hexdigit())
                .count()
                .eq(&2) =>
            {
                return Err("a `%` begins an encoded byte: write `%25` for the sign itself".to_owned());
            }
            b' ' | 0x80.. => encoded.push_str(&format!("%{byte:02X}")),
            b'"' | b'\\' | b'^' | b'`' | b'|' | 0..=31 | 127 => {
                let shown = char::from(byte).escape_debug();
                return Err(format!("`{shown}` cannot stand in a path: write `%{byte:02X}`"));
            }
            _ => encoded.push(char::from(byte)),
        }
    }
    Ok(encoded)
}
