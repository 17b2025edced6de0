//! Patterns: from the text of an attribute to segments, or to what is wrong with it.
//!
//! A pattern is split at `/` after the leading one: `/` is one empty literal, `/a/` is `a` and an empty one. Literals
//! are kept as they stand in a request target (RFC 3986 §3.3), so that matching compares bytes.

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
            return Err(vec![format!("a pattern begins with a slash: write `\"/{path}\"`")]);
        };
        if let Some(param) = rest.split('/').find(|piece| piece.starts_with(':') && piece.ends_with('?')) {
            return Err(vec![format!(
                "`{param}`: a parameter is never absent: write `{:?}`, and another function for the path without it",
                text.replacen(param, param.trim_end_matches('?'), 1)
            )]);
        }
        if let Some(stop) = text.find(['?', '#']) {
            return Err(vec![format!(
                "a pattern matches the path alone: write `{:?}`, and take what follows `?` with `Query<T>`",
                text.split_at(stop).0
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Segment>, Vec<String>> {
        Pattern::parse_text(text, Span::call_site()).map(|pattern| pattern.segments)
    }

    #[track_caller]
    fn check(text: &str, expected: &[Segment]) {
        assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
    }

    #[track_caller]
    fn refuses(text: &str, messages: &[&str]) {
        let found = parse(text).expect_err(text);
        assert_eq!(found, messages, "{text}");
    }

    fn lit(text: &str) -> Segment {
        Segment::Literal(text.to_owned())
    }

    fn param(name: &str) -> Segment {
        Segment::Param(name.to_owned())
    }

    fn rest(name: &str) -> Segment {
        Segment::CatchAll(name.to_owned())
    }

    #[test]
    fn splits_at_slashes() {
        check("/", &[lit("")]);
        check("/a", &[lit("a")]);
        check("/a/", &[lit("a"), lit("")]);
        check("/users/:id/posts/:post_id", &[lit("users"), param("id"), lit("posts"), param("post_id")]);
        check("/*rest", &[rest("rest")]);
        check("/:type/:größe", &[param("type"), param("größe")]);
    }

    #[test]
    fn encodes_what_clients_encode() {
        check("/café au lait", &[lit("caf%C3%A9%20au%20lait")]);
        check("/100%25", &[lit("100%25")]);
        check("/~a.b-c_d!$&'()+,;=@", &[lit("~a.b-c_d!$&'()+,;=@")]);
    }

    #[test]
    fn shows_how_to_write_it() {
        refuses("users", &["a pattern begins with a slash: write `\"/users\"`"]);
        refuses("/users/{id}", &["`{id}` is not how a parameter is written: write `\"/users/:id\"`"]);
        refuses("/f/{*rest}", &["`{*rest}` is not how a parameter is written: write `\"/f/*rest\"`"]);
        refuses("/<id>/x", &["`<id>` is not how a parameter is written: write `\"/:id/x\"`"]);
        refuses("/[id]", &["`[id]` is not how a parameter is written: write `\"/:id\"`"]);
        refuses("/a:b", &["`a:b`: a parameter takes a whole segment: write `\"/:b\"`"]);
        refuses(
            "/:name.txt",
            &["`:name.txt`: a parameter is a whole segment and named like an argument: write `\"/:name\"`"],
        );
        refuses(
            "/:user-id",
            &["`:user-id`: a parameter is a whole segment and named like an argument: write `\"/:user_id\"`"],
        );
        refuses(
            "/users/:id?",
            &[
                "`:id?`: a parameter is never absent: write `\"/users/:id\"`, and another function for the path without it",
            ],
        );
        refuses("http://a.test/users", &["a pattern begins with a slash: write `\"/users\"`"]);
        refuses("/x/:", &["`:` has no name: write `\"/x/:id\"`"]);
        refuses("/x/*", &["`*` has no name: write `\"/x/*rest\"`"]);
        refuses("/:self", &["`self` cannot be an argument's name: write `\"/:id\"`"]);
        refuses("/:7", &["`7` cannot be an argument's name: write `\"/:id\"`"]);
        refuses(
            "/*a/b",
            &["the catch-all `*a` takes all that is left and stands last: write `:a` for one segment"],
        );
        refuses("/a//b", &["two slashes in a row hold an empty segment: write one"]);
        refuses(
            "/a?b=:c",
            &["a pattern matches the path alone: write `\"/a\"`, and take what follows `?` with `Query<T>`"],
        );
        refuses("/:a/:a", &["the parameter `a` stands twice: give each a name of its own"]);
        refuses("/100%", &["a `%` begins an encoded byte: write `%25` for the sign itself"]);
        refuses("/a|b", &["`|` cannot stand in a path: write `%7C`"]);
        refuses("/a/../b", &["clients resolve `..` before they send it: leave the segment out"]);
    }

    #[test]
    fn tells_each_fault_of_a_pattern() {
        refuses(
            "/{a}//:",
            &[
                "`{a}` is not how a parameter is written: write `\"/:a//:\"`",
                "two slashes in a row hold an empty segment: write one",
                "`:` has no name: write `\"/{a}//:id\"`",
            ],
        );
    }

    #[test]
    fn holds_sixteen_params() {
        let text: String = (0..16).map(|index| format!("/:p{index}")).collect();
        assert_eq!(parse(&text).map(|segments| segments.len()), Ok(16));
        refuses(&format!("{text}/:p16"), &["the pattern has 17 parameters: 16 at most have room"]);
    }

    #[test]
    fn joins_a_prefix() {
        let parse = |text: &str| {
            let parsed = Pattern::parse_text(text, Span::call_site());
            parsed.unwrap_or_else(|messages| panic!("{text}: {messages:?}"))
        };
        let join = |prefix, text| parse(text).under(&parse(prefix)).map(|whole| (whole.text, whole.segments));
        assert_eq!(join("/admin", "/"), Ok(("/admin".to_owned(), vec![lit("admin")])));
        assert_eq!(
            join("/admin", "/x/"),
            Ok(("/admin/x/".to_owned(), vec![lit("admin"), lit("x"), lit("")]))
        );
        assert_eq!(join("/:org", "/*rest"), Ok(("/:org/*rest".to_owned(), vec![param("org"), rest("rest")])));
        assert_eq!(
            join("/:org", "/:org"),
            Err("under the prefix `/:org`, the parameter `org` stands twice: give each a name of its own"
                .to_owned())
        );
    }
}
