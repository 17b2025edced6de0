//! The text of `#[detail("…")]`: which fields its braces name.

use proc_macro2::Span;
use syn::LitStr;

/// A piece of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as it stands in the format string, doubled braces among it.
    Text(String),
    /// `{field}` or `{field:spec}`.
    Field {
        /// A name or a position.
        name: String,
        /// What follows the name, with its colon.
        spec: String,
    },
}

/// Takes a format string apart.
///
/// # Errors
///
/// A sentence, where a brace has no partner.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        plain.push_str(before);
        if after.starts_with("{{") || after.starts_with("}}") {
            let (doubled, tail) = after.split_at(2);
            plain.push_str(doubled);
            rest = tail;
            continue;
        }
        let Some((inside, tail)) = after.strip_prefix('{').and_then(|open| open.split_once('}')) else {
            let brace = if after.starts_with('{') { "{" } else { "}" };
            return Err(format!(
                "a `{brace}` without its partner: double it where you mean the brace itself"
            ));
        };
        pieces.push(Piece::Text(std::mem::take(&mut plain)));
        let (name, spec) = inside.find(':').map_or((inside, ""), |colon| inside.split_at(colon));
        pieces.push(Piece::Field { name: name.trim().to_owned(), spec: spec.to_owned() });
        rest = tail;
    }
    plain.push_str(rest);
    pieces.push(Piece::Text(plain));
    pieces.retain(|piece| *piece != Piece::Text(String::new()));
    Ok(pieces)
}

/// The format string in which every field is called `__<name>`, as the variant's pattern binds it.
pub(super) fn format_string(pieces: &[Piece], span: Span) -> LitStr {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Field { name, spec } => text.push_str(&format!("{{__{name}{spec}}}")),
        }
    }
    LitStr::new(&text, span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let format = pieces(text).map(|pieces| format_string(&pieces, Span::call_site()).value());
        match expected {
            Ok(expected) => assert_eq!(format.as_deref(), Ok(expected)),
            Err(expected) => assert!(format.as_ref().is_err_and(|e| e.contains(expected)), "{format:?}"),
        }
    }

    #[test]
    fn renames_fields_and_keeps_all_else() {
        check("", Ok(""));
        check("no braces", Ok("no braces"));
        check("user {0} does not exist", Ok("user {__0} does not exist"));
        check("{name:?} of {id:>08}", Ok("{__name:?} of {__id:>08}"));
        check("{{literal}} {id}", Ok("{{literal}} {__id}"));
        check("{id}{id}", Ok("{__id}{__id}"));
        check("{{{id}}}", Ok("{{{__id}}}"));
    }

    #[test]
    fn refuses_a_lonely_brace() {
        check("{", Err("`{`"));
        check("a } b", Err("`}`"));
        check("{id", Err("`{`"));
    }
}
