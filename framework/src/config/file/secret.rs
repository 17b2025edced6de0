//! [`Secret`]: a text of the configuration that is shown to nobody.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, Error, Visitor};

/// The name by which our own deserializer knows a secret.
pub(super) const SECRET: &str = "$server::Secret";

/// A text that no log and no `--print-config` shows: a password, a token, a key.
///
/// `Debug` writes `***`, and it has no `Display`. [`Secret::reveal`] gives the text, so that the places where it is
/// used can be found by that word.
///
/// ```
/// #[derive(Debug, serde::Deserialize)]
/// struct Database {
///     url: String,
///     password: server::Secret,
/// }
///
/// let json = r#"{"url": "db.internal", "password": "correct horse"}"#;
/// let database: Database = serde_json::from_str(json)?;
/// assert_eq!(format!("{database:?}"), r#"Database { url: "db.internal", password: *** }"#);
/// assert_eq!(database.password.reveal(), "correct horse");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Makes one, as tests need it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SECRET, SecretVisitor)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }
}

/// The words that make a key one of a secret: `db_password`, `apiKey`, `TOKEN`.
const SECRET_WORDS: [&str; 8] =
    ["password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "key"];

/// Whether what has this name is probably a secret, whatever its type is.
pub(super) fn is_secret_name(name: &str) -> bool {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    words
        .split(['_', '-', '.', ' '])
        .map(|word| word.strip_suffix('s').filter(|word| word.len() > 3).unwrap_or(word))
        .any(|word| SECRET_WORDS.contains(&word))
        || SECRET_WORDS.contains(&&*name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in ["password", "db_password", "apiKey", "api-key", "TOKEN", "tokens", "client.secret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["keys", "monkey", "keep_alive_timeout", "author", "tokenizer"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
