//! What goes over the wire, and the rules for it.

use serde::{Deserialize, Serialize};

/// What a page asks for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Asked {
    /// What was said behind this number.
    After {
        /// 0 for all of it.
        after: i64,
    },
    /// To have something said.
    Say(Saying),
}

/// Something to be said.
#[derive(Debug, Deserialize)]
pub(crate) struct Saying {
    /// The page's own name for it: it is said once, however often it is sent.
    pub(crate) key: String,
    pub(crate) author: String,
    pub(crate) text: String,
}

impl Saying {
    /// What is wrong with it, in words for the author.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let is_within = |text: &str, most| !text.trim().is_empty() && text.chars().count() <= most;
        match () {
            () if !is_within(&self.key, 64) => Some("a key has 1 to 64 characters"),
            () if !is_within(&self.author, 40) => Some("a name has 1 to 40 characters"),
            () if !is_within(&self.text, 2000) => Some("a message has 1 to 2000 characters"),
            () => None,
        }
    }
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Said {
    /// Its number in the room: from 1 on, without a gap.
    pub(crate) number: i64,
    pub(crate) key: String,
    pub(crate) author: String,
    pub(crate) text: String,
}

/// What a page is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Told<'a> {
    /// In the order of their numbers; and whether there is more behind the last one.
    Said {
        /// The messages.
        messages: &'a [Said],
        /// Whether to ask again.
        more: bool,
    },
    /// Why something was not said.
    Refused {
        /// The page's name for it, where it has one.
        key: Option<&'a str>,
        /// The reason.
        reason: &'a str,
    },
}

/// The name of a room: 1 to 32 lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoomName(String);

impl RoomName {
    /// `None` where it is no such name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_name = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        is_name.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_have_plain_names() {
        for name in ["lobby", "a", "room-2", &"x".repeat(32)] {
            assert!(RoomName::parse(name).is_some(), "{name}");
        }
        for name in ["", "Lobby", "a b", "é", "../x", &"x".repeat(33)] {
            assert!(RoomName::parse(name).is_none(), "{name}");
        }
    }

    #[test]
    fn what_is_said_has_rules() {
        let saying = |author: &str, text: &str| Saying {
            key: "k".to_owned(),
            author: author.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(saying("Ada", "hello").fault(), None);
        assert_eq!(saying(" ", "hello").fault(), Some("a name has 1 to 40 characters"));
        assert_eq!(saying("Ada", "").fault(), Some("a message has 1 to 2000 characters"));
        assert_eq!(saying("Ada", &"é".repeat(2000)).fault(), None);
        assert!(saying("Ada", &"é".repeat(2001)).fault().is_some());
    }
}
