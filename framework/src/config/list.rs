//! Settings that are lists: one text with commas, in a file a list as well; `none` is the empty one.

use std::fmt;
use std::str::FromStr;

use super::settings::Settings;
use super::units::UnitError;
use super::value::Field;

/// A setting that is a list, whatever is in it.
pub(super) trait List: Sync {
    /// The list as it stands, so that it can be read again.
    fn show(&self, settings: &mut Settings) -> String;
    /// Sets the list that `text` says.
    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError>;
    /// What `--help` writes in the list's place.
    fn placeholder(&self) -> &'static str;
    /// What each item is.
    fn expected(&self) -> &'static str;
}

/// A list of what is read from text.
pub(super) struct Items<T: 'static> {
    /// The setting's place.
    pub(super) field: Field<Vec<T>>,
    pub(super) placeholder: &'static str,
    pub(super) expected: &'static str,
}

/// An item of a list; why a text is none may say what was probably meant.
pub(super) trait Item: FromStr + fmt::Display {
    /// The text that was probably meant.
    fn nearest(text: &str, error: &Self::Err) -> Option<String>;
}

/// The list without items, as it is written.
pub(super) const NONE: &str = "none";

impl<T: Item> List for Items<T> {
    fn show(&self, settings: &mut Settings) -> String {
        let items: Vec<_> = (self.field)(settings).iter().map(ToString::to_string).collect();
        if items.is_empty() { NONE.to_owned() } else { items.join(", ") }
    }

    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        let mut items = Vec::new();
        let texts = if text == NONE { "" } else { text };
        for text in texts.split(',').map(str::trim).filter(|_| !texts.is_empty()) {
            let item = text.parse().map_err(|error| UnitError { nearest: T::nearest(text, &error) })?;
            items.push(item);
        }
        *(self.field)(settings) = items;
        Ok(())
    }

    fn placeholder(&self) -> &'static str {
        self.placeholder
    }

    fn expected(&self) -> &'static str {
        self.expected
    }
}
