//! What two bodies differ in, as a failed assertion says it: short ones whole, of long ones the place.

use std::fmt;

use serde_json::Value;

/// Characters of a body, or of a value in it, that are printed on the line of the failure.
const SHOWN_CHARS: usize = 200;
/// Characters that are printed from the place on where two long texts differ.
const AROUND_CHARS: usize = 40;
/// Values that differ and are listed.
const LISTED: usize = 8;

/// How `found` is not the text that was expected.
pub(super) struct TextDifference<'a> {
    pub(super) expected: &'a str,
    pub(super) found: &'a str,
}

impl fmt::Display for TextDifference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, found } = *self;
        if expected.len().max(found.len()) <= SHOWN_CHARS {
            return write!(f, "expected the body {expected:?}, found {found:?}");
        }
        let pairs = expected.char_indices().zip(found.chars());
        let same = pairs.take_while(|((_, a), b)| a == b).last();
        let at = same.map_or(0, |((at, char), _)| at + char.len_utf8());
        let before = expected.get(..at).unwrap_or_default();
        let (line, column) = (
            before.matches('\n').count() + 1,
            before.chars().rev().take_while(|&char| char != '\n').count() + 1,
        );
        let on = |text: &str| match text.get(at..).unwrap_or_default() {
            "" => "its end".to_owned(),
            rest => format!("{:?}", Short(rest, AROUND_CHARS).to_string()),
        };
        write!(
            f,
            "expected {} at line {line}, column {column} of the body, found {}",
            on(expected),
            on(found)
        )
    }
}

/// How `found` is not the value that was expected.
pub(super) struct JsonDifference<'a> {
    pub(super) expected: &'a Value,
    pub(super) found: &'a Value,
}

impl fmt::Display for JsonDifference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, found) = (self.expected.to_string(), self.found.to_string());
        if expected.len().max(found.len()) <= SHOWN_CHARS {
            return write!(f, "expected the JSON {expected}, found {found}");
        }
        let mut differences = Vec::new();
        compare(Some(self.expected), Some(self.found), &mut String::new(), &mut differences);
        write!(f, "expected other JSON, found {} that differ:", Count(differences.len()))?;
        differences.iter().take(LISTED).try_for_each(|difference| write!(f, "\n  {difference}"))?;
        match differences.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "\n  … and {more} more"),
        }
    }
}

/// Lists what differs, each with its path: the innermost values where objects and lists are alike.
fn compare(
    expected: Option<&Value>,
    found: Option<&Value>,
    path: &mut String,
    differences: &mut Vec<String>,
) {
    let len = path.len();
    match (expected, found) {
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let others = found.keys().filter(|&key| !expected.contains_key(key));
            for key in expected.keys().chain(others) {
                path.push_str(if len == 0 { "" } else { "." });
                path.push_str(key);
                compare(expected.get(key), found.get(key), path, differences);
                path.truncate(len);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for index in 0..expected.len().max(found.len()) {
                path.push_str(&format!("[{index}]"));
                compare(expected.get(index), found.get(index), path, differences);
                path.truncate(len);
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => {
            let shown = |value: Option<&Value>| match value {
                None => "nothing".to_owned(),
                Some(value) => Short(&value.to_string(), SHOWN_CHARS).to_string(),
            };
            let place = if path.is_empty() { "the whole" } else { path };
            differences.push(format!("{place}: expected {}, found {}", shown(expected), shown(found)));
        }
    }
}

/// The beginning of a text that is longer.
struct Short<'a>(&'a str, usize);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, chars) = *self;
        match text.char_indices().nth(chars) {
            None => f.write_str(text),
            Some((end, _)) => write!(f, "{}…", text.get(..end).unwrap_or_default()),
        }
    }
}

/// So many values.
struct Count(usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} value{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(expected: &str, found: &str, message: &str) {
        assert_eq!(TextDifference { expected, found }.to_string(), message);
    }

    #[test]
    fn short_texts_are_shown_whole_and_of_long_ones_the_place() {
        check("in", "out", r#"expected the body "in", found "out""#);
        let long = "line\n".repeat(100);
        check(
            &format!("{long}là-bas"),
            &format!("{long}là haut"),
            r#"expected "-bas" at line 101, column 3 of the body, found " haut""#,
        );
        check(
            &long,
            &long.repeat(2),
            &format!(
                "expected its end at line 101, column 1 of the body, found {:?}",
                format!("{}…", "line\n".repeat(8)),
            ),
        );
        check(
            "",
            &long,
            &format!(
                "expected its end at line 1, column 1 of the body, found {:?}",
                format!("{}…", "line\n".repeat(8)),
            ),
        );
    }

    #[test]
    fn of_long_json_what_differs_is_listed() {
        let small = JsonDifference { expected: &json!({"a": 1}), found: &json!([1]) };
        assert_eq!(small.to_string(), r#"expected the JSON {"a":1}, found [1]"#);
        let users: Vec<_> = (0..40).map(|id| json!({"id": id, "tags": ["a"]})).collect();
        let (expected, mut found) =
            (json!({"users": users, "next": "/2"}), json!({"users": users, "extra": null}));
        found["users"][7]["tags"] = json!(["b", "c"]);
        found["users"].as_array_mut().unwrap().truncate(39);
        let message = JsonDifference { expected: &expected, found: &found }.to_string();
        assert_eq!(
            message,
            "expected other JSON, found 5 values that differ:\
             \n  next: expected \"/2\", found nothing\
             \n  users[7].tags[0]: expected \"a\", found \"b\"\
             \n  users[7].tags[1]: expected nothing, found \"c\"\
             \n  users[39]: expected {\"id\":39,\"tags\":[\"a\"]}, found nothing\
             \n  extra: expected nothing, found null"
        );
        let all = JsonDifference { expected: &json!(vec![1; 200]), found: &json!(vec![2; 200]) }.to_string();
        assert!(all.ends_with("\n  [7]: expected 1, found 2\n  … and 192 more"), "{all}");
    }
}
