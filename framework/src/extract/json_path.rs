//! The path to a place in a JSON text (RFC 8259): serde's errors know line and column, a client thinks in fields.
//!
//! The text is known to be well formed up to the place; what is not is read leniently, for this is only a hint.

/// What the place lies in.
enum Level {
    /// An object and the name that came last in it.
    Object(String),
    /// An array and the index of the element that came last in it.
    Array(usize),
}

/// The path to the value that ends at, or holds, the byte before this line and column, such as `users[2].name`;
/// empty for the whole document.
#[inline]
pub(super) fn at(json: &[u8], line: usize, column: usize) -> String {
    let before: usize =
        json.split(|&byte| byte == b'\n').take(line.saturating_sub(1)).map(|line| line.len() + 1).sum();
    let mut rest = json.get(..before.saturating_add(column)).unwrap_or(json);
    let mut levels = Vec::new();
    let mut is_name = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' => levels.push(Level::Object(String::new())),
            b'[' => levels.push(Level::Array(0)),
            b'}' | b']' => drop(levels.pop()),
            b',' => match levels.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(name)) => name.clear(),
                None => {}
            },
            b'"' => {
                let (text, after) = string(rest);
                rest = after;
                if let (true, Some(Level::Object(name))) = (is_name, levels.last_mut()) {
                    *name = String::from_utf8_lossy(text).into_owned();
                }
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            is_name = matches!(byte, b'{' | b',');
        }
    }
    written(&levels)
}

/// What stands between a string's quotes, escapes and all, and what follows its closing quote.
#[inline]
fn string(text: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let end = text.iter().position(|&byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    let (inside, after) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or_default();
    (inside, after.split_first().map_or(&[], |(_, after)| after))
}

#[inline]
fn written(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object(name) if name.is_empty() => break,
            Level::Object(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
            Level::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "never made")]
    struct Team {
        name: String,
        users: Vec<User>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "never made")]
    struct User {
        name: String,
        tags: Vec<Vec<u8>>,
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let Err(error) = serde_json::from_str::<Team>(json) else { panic!("expected an error") };
        assert_eq!(at(json.as_bytes(), error.line(), error.column()), expected, "{error}");
    }

    #[test]
    fn names_the_value() {
        check(r#"7"#, "");
        check(r#"{"name": null}"#, "name");
        check(r#"{"name": "a", "users": 7}"#, "users");
        check(r#"{"name": "a", "users": [{"name": 7}]}"#, "users[0].name");
        check(
            "{\"users\":\n[{\"tags\": [], \"name\": \"]}\\\"\"},\n{\"tags\": [[1], [2, 256]]}]}",
            "users[1].tags[1][1]",
        );
        check(r#"{"users": [{"tags": [[{}]]}]}"#, "users[0].tags[0][0]");
    }

    #[test]
    fn a_missing_field_is_missing_in_its_object() {
        check(r#"{"users": [{"name": "a"}]}"#, "users[0]");
        check(r#"{"users": []}"#, "");
    }

    proptest::proptest! {
        #[test]
        fn finds_every_number_that_is_no_text(before in 0_usize..5, inside in 0_usize..5, name in "[a-z \\[\\]{},:]{1,5}") {
            let names = |count: usize| (0..count).map(|index| format!("{name:?}: {{}}, \"n{index}\": [[], \"],\"],\n")).collect::<String>();
            let numbers = "1, ".repeat(inside);
            let json = format!("{{{}\"tags\": [{numbers}null], \"z\": 1}}", names(before));
            #[derive(Deserialize)]
            #[expect(dead_code, reason = "never made")]
            struct Tags {
                tags: Vec<u8>,
            }
            let Err(error) = serde_json::from_str::<Tags>(&json) else { panic!("expected an error") };
            let expected = format!("tags[{inside}]");
            proptest::prop_assert_eq!(at(json.as_bytes(), error.line(), error.column()), expected);
        }

        #[test]
        fn any_bytes_have_some_place(json in proptest::collection::vec(proptest::sample::select(b"{}[]\":,\\a1\n \xff".to_vec()), 0..40), line in 0_usize..4, column in 0_usize..50) {
            let _ = at(&json, line, column);
        }
    }
}
