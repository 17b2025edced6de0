//! What a client says of a user: checked once, where it comes in.

use serde::Deserialize;

use crate::error::ApiError;

/// The longest name, in characters.
const MAX_NAME: usize = 100;

/// The longest address, in bytes (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_EMAIL: usize = 254;

/// A profile as it was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct Draft {
    name: String,
    email: String,
}

/// A profile that can be stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    /// 1 to 100 characters.
    pub(crate) name: String,
    /// Something before and after its one `@`.
    pub(crate) email: String,
}

impl Draft {
    /// Checks the draft; spaces around its texts are left out.
    ///
    /// # Errors
    ///
    /// [`ApiError::BadProfile`], with what was expected.
    pub(crate) fn check(self) -> Result<Profile, ApiError> {
        let (name, email) = (self.name.trim(), self.email.trim());
        let length = name.chars().count();
        if !(1..=MAX_NAME).contains(&length) {
            return bad(format!("expected a name of 1 to {MAX_NAME} characters, found {length}"));
        }
        let parts = email.split_once('@').filter(|(_, host)| !host.contains('@'));
        let is_whole = parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
        if !is_whole || email.len() > MAX_EMAIL || email.contains(char::is_whitespace) {
            return bad(format!("expected an address such as ada@example.org, found {email:?}"));
        }
        Ok(Profile { name: name.to_owned(), email: email.to_owned() })
    }
}

fn bad(detail: String) -> Result<Profile, ApiError> {
    Err(ApiError::BadProfile(detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, email: &str, expected: Option<(&str, &str)>) {
        let found = Draft { name: name.to_owned(), email: email.to_owned() }.check().ok();
        let found = found.as_ref().map(|profile| (profile.name.as_str(), profile.email.as_str()));
        assert_eq!(found, expected, "{name:?} {email:?}");
    }

    #[test]
    fn takes_what_can_be_stored() {
        check("Ada", "ada@example.org", Some(("Ada", "ada@example.org")));
        check(" Ada ", " ada@example.org ", Some(("Ada", "ada@example.org")));
        let longest = "\u{e9}".repeat(MAX_NAME);
        check(&longest, "a@b", Some((longest.as_str(), "a@b")));
    }

    #[test]
    fn refuses_what_cannot() {
        check("", "ada@example.org", None);
        check("  ", "ada@example.org", None);
        check(&"a".repeat(MAX_NAME + 1), "ada@example.org", None);
        check("Ada", "ada", None);
        check("Ada", "@example.org", None);
        check("Ada", "ada@", None);
        check("Ada", "ada@example@org", None);
        check("Ada", "a da@example.org", None);
        check("Ada", &format!("{}@b", "a".repeat(MAX_EMAIL - 1)), None);
    }
}
