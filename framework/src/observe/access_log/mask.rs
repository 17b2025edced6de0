//! [`Mask`]: query parameters whose values no log is told.

use std::borrow::Cow;

use crate::config::Settings;

/// What stands in the place of a value that is masked.
const MASKED: &[u8] = b"***";

/// What stands for the names below in the setting.
const COMMON: &str = "common";

/// Names of query parameters that are secrets as a rule.
const COMMON_NAMES: [&str; 16] = [
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "client_secret",
    "code",
    "id_token",
    "jwt",
    "passwd",
    "password",
    "refresh_token",
    "secret",
    "session",
    "sig",
    "signature",
    "token",
];

/// The names of query parameters whose values are secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask(Vec<Box<[u8]>>);

impl Mask {
    /// What the setting `access_log_masked` says.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self::new(settings.access_log_masked.iter().map(String::as_str))
    }

    fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().flat_map(|name| match name {
            COMMON => COMMON_NAMES.to_vec(),
            name => vec![name],
        });
        Self(names.map(|name| name.as_bytes().into()).collect())
    }

    /// A request target, or another reference, with the values of those parameters masked.
    ///
    /// Names are compared without regard to case and percent-decoded, as an application would read them.
    pub(crate) fn apply<'a>(&self, target: &'a [u8]) -> Cow<'a, [u8]> {
        match memchr::memchr(b'?', target) {
            Some(mark) => self.apply_to_query(target, mark + 1),
            None => Cow::Borrowed(target),
        }
    }

    fn apply_to_query<'a>(&self, target: &'a [u8], start: usize) -> Cow<'a, [u8]> {
        let query = target.get(start..).unwrap_or_default();
        if !query.split(|&byte| byte == b'&').any(|pair| self.secret_name_len(pair).is_some()) {
            return Cow::Borrowed(target);
        }
        let mut masked = target.get(..start).unwrap_or_default().to_vec();
        for (index, pair) in query.split(|&byte| byte == b'&').enumerate() {
            if index > 0 {
                masked.push(b'&');
            }
            match self.secret_name_len(pair) {
                Some(len) => {
                    masked.extend_from_slice(pair.get(..=len).unwrap_or(pair));
                    masked.extend_from_slice(MASKED);
                }
                None => masked.extend_from_slice(pair),
            }
        }
        Cow::Owned(masked)
    }

    /// How long the name is, where the pair's value is a secret.
    fn secret_name_len(&self, pair: &[u8]) -> Option<usize> {
        let len = memchr::memchr(b'=', pair)?;
        let name = pair.get(..len)?;
        let is_secret = |name: &[u8]| self.0.iter().any(|secret| secret.eq_ignore_ascii_case(name));
        let found = match memchr::memchr2(b'%', b'+', name) {
            None => is_secret(name),
            Some(_) => {
                let spaced: Vec<u8> = name.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
                let decoded: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
                // `token[]` and `user[password]` are left to the list: they are names of their own.
                is_secret(&decoded)
            }
        };
        found.then_some(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_values_and_nothing_else() {
        let mask = Mask::new(["token", "API_Key"]);
        let rows = [
            ("/", "/"),
            ("/token", "/token"),
            ("/?", "/?"),
            ("/?a=1&b", "/?a=1&b"),
            ("/?token", "/?token"),
            ("/?token=", "/?token=***"),
            ("/?token=abc", "/?token=***"),
            ("/?a=1&token=abc&b=2", "/?a=1&token=***&b=2"),
            ("/?TOKEN=abc&api_key=x=y&&c", "/?TOKEN=***&api_key=***&&c"),
            ("/?%74oken=abc&to%6Ben=d", "/?%74oken=***&to%6Ben=***"),
            ("/?tokens=abc&atoken=d", "/?tokens=abc&atoken=d"),
            ("/?a=?token=1&token=?2", "/?a=?token=1&token=***"),
            ("http://h/?token=1", "http://h/?token=***"),
            ("/?%=1&token=%", "/?%=1&token=***"),
        ];
        for (target, masked) in rows {
            assert_eq!(mask.apply(target.as_bytes()), masked.as_bytes(), "{target}");
        }
    }

    #[test]
    fn the_default_masks_what_is_common() {
        let mask = Mask::of(&Settings::default());
        assert_eq!(mask.apply(b"/?Token=1&page=2&common=3"), &b"/?Token=***&page=2&common=3"[..]);
        assert_eq!(Mask::new(["common", "ssn"]).apply(b"/?ssn=1&code=2"), &b"/?ssn=***&code=***"[..]);
    }

    #[test]
    fn one_without_names_masks_nothing() {
        assert_eq!(Mask::new([]).apply(b"/?token=1"), &b"/?token=1"[..]);
    }
}
