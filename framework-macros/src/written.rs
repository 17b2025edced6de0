//! Code as the user wrote it, on one line: the names of middleware, as listings print them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// Writes code with spaces after commas and between words, and its literals as they are.
pub(crate) fn on_one_line(code: &impl ToTokens) -> String {
    let mut text = String::new();
    write(code.to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    let mut after = After::Beginning;
    for token in tokens {
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        match (after, is_word) {
            (After::Comma, _) | (After::Word, true) => text.push(' '),
            (After::Beginning | After::Word | After::Other, _) => {}
        }
        after = match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
                After::Other
            }
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                if punct.as_char() == ',' { After::Comma } else { After::Other }
            }
            word @ (TokenTree::Ident(_) | TokenTree::Literal(_)) => {
                text.push_str(&word.to_string());
                After::Word
            }
        };
    }
}

/// What was written last.
#[derive(Clone, Copy)]
enum After {
    Beginning,
    Word,
    Comma,
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_literals_and_drops_other_spaces() {
        let rows = [
            ("auth", "auth"),
            ("guards :: auth", "guards::auth"),
            ("Cors :: new ( )", "Cors::new()"),
            (r#"Sunset ( "Sat, 01 May  ( 2027 )" )"#, r#"Sunset("Sat, 01 May  ( 2027 )")"#),
            ("Limit { burst : 10 , each : [ 1 , 2 ] }", "Limit{burst:10, each:[1, 2]}"),
            ("& mut limit as u8", "&mut limit as u8"),
        ];
        for (code, expected) in rows {
            let tokens: TokenStream = code.parse().unwrap();
            assert_eq!(on_one_line(&tokens), expected, "{code}");
        }
    }
}
