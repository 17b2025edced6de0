//! What a client says of a user, and what holds for each field.

use garde::Validate;
use serde::{Deserialize, Deserializer};

/// A profile; spaces around its texts are left out.
#[derive(Debug, PartialEq, Eq, Deserialize, Validate)]
pub(crate) struct Profile {
    #[garde(length(chars, min = 1, max = 100))]
    #[serde(deserialize_with = "trimmed")]
    pub(crate) name: String,
    /// At most as long as RFC 5321 §4.5.3.1.3 has it, less the angle brackets.
    #[garde(email, length(max = 254))]
    #[serde(deserialize_with = "trimmed")]
    pub(crate) email: String,
}

fn trimmed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(name: &str, email: &str, expected: Option<(&str, &str)>) {
        let profile: Profile = serde_json::from_value(json!({ "name": name, "email": email })).unwrap();
        let found = profile.validate().ok().map(|()| (profile.name.as_str(), profile.email.as_str()));
        assert_eq!(found, expected, "{name:?} {email:?}");
    }

    #[test]
    fn takes_what_can_be_stored() {
        check("Ada", "ada@example.org", Some(("Ada", "ada@example.org")));
        check(" Ada ", " ada@example.org ", Some(("Ada", "ada@example.org")));
        let longest = "\u{e9}".repeat(100);
        check(&longest, "a@b", Some((longest.as_str(), "a@b")));
    }

    #[test]
    fn refuses_what_cannot() {
        check("", "ada@example.org", None);
        check("  ", "ada@example.org", None);
        check(&"a".repeat(101), "ada@example.org", None);
        check("Ada", "ada", None);
        check("Ada", "@example.org", None);
        check("Ada", "ada@", None);
        check("Ada", "ada@example@org", None);
        check("Ada", "a da@example.org", None);
        check("Ada", &format!("{}@b", "a".repeat(253)), None);
        check("Ada", &format!("a@{}", "b.".repeat(126) + "bb"), None);
    }
}
