//! [`Fault`]: why a value of the application's section cannot be read.

use std::fmt::{self, Display};

use serde_core::de::{Error, Expected, Unexpected};

use crate::config::errors::{Excerpt, Place};
use crate::config::nearest::nearest;

/// Why a value cannot be read.
#[derive(Debug)]
pub(super) struct Fault {
    /// What was expected, and what is there.
    pub(super) text: String,
    /// The key that is missing, where that is the fault.
    pub(super) missing: Option<&'static str>,
    /// Where in the section it is, for us and for people; `None` until somebody knows.
    pub(super) at: Option<Box<(Vec<String>, Place)>>,
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: Display>(text: T) -> Self {
        Self { text: text.to_string(), missing: None, at: None }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {unexpected}"))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let near = nearest(variant, expected.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let expected = expected.join("`, `");
        Self::custom(format_args!("expected one of `{expected}`, found `{}`{near}", Excerpt(variant)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), ..Self::custom(format_args!("lacks `{field}`")) }
    }
}
