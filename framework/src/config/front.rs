//! What stands in front of the server, as settings: which fields of a proxy are believed.

use std::fmt;
use std::str::FromStr;

use super::list::Item;
use super::nearest::nearest;
use super::network::{Network, NetworkError};

/// A field by which a proxy says where a request came from.
///
/// One that is listed is believed of each trusted proxy; so list those alone that the proxy sets or appends to, whatever
/// the client sent. What it passes on as it came is the client's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ForwardedField {
    /// `forwarded`: address, scheme and host in one (RFC 7239). Not together with the others.
    Forwarded,
    /// `x-forwarded-for`: the client's address, behind those that the client sent.
    XForwardedFor,
    /// `x-forwarded-proto`: `http` or `https`.
    XForwardedProto,
    /// `x-forwarded-host`: the host that the client asked for.
    XForwardedHost,
}

impl ForwardedField {
    const ALL: [(&str, Self); 4] = [
        ("forwarded", Self::Forwarded),
        ("x-forwarded-for", Self::XForwardedFor),
        ("x-forwarded-proto", Self::XForwardedProto),
        ("x-forwarded-host", Self::XForwardedHost),
    ];

    /// Its name, in lower case.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::XForwardedFor => "x-forwarded-for",
            Self::XForwardedProto => "x-forwarded-proto",
            Self::XForwardedHost => "x-forwarded-host",
        }
    }
}

impl fmt::Display for ForwardedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ForwardedField {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let found = Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|&(_, field)| field).ok_or(())
    }
}

impl Item for ForwardedField {
    fn nearest(text: &str, (): &()) -> Option<String> {
        nearest(text, Self::ALL.iter().map(|&(name, _)| name)).map(str::to_owned)
    }
}

impl Item for Network {
    fn nearest(_: &str, error: &NetworkError) -> Option<String> {
        error.nearest.map(|network| network.to_string())
    }
}
