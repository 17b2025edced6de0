//! What stands for `file/` where the feature `config` is off: no file, and no section of the application's.

use std::ffi::{OsStr, OsString};

use super::cli::FileOption;
use super::errors::{ConfigError, Place};
use super::sources::Merge;

pub(super) const OPTIONS: &[FileOption] = &[];

pub(super) fn is_variable(_: &str) -> bool {
    false
}

pub(super) fn is_option(_: &str) -> bool {
    false
}

pub(super) fn pointed_to(_: &str) -> Option<&str> {
    None
}

pub(super) fn read_value(_: &OsStr) -> Result<String, String> {
    Ok(String::new())
}

/// No file.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileSource {}

/// No section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {}

impl Section {
    pub(super) fn refuse_unclaimed(&self, _: &mut Vec<ConfigError>) {}

    pub(super) fn print(&self, _: &mut Vec<(String, String)>) {}

    pub(super) fn name(&self) -> Option<&str> {
        None
    }
}

/// What is said of files, which is nothing.
pub(super) struct Said(pub(super) Vec<(Place, OsString)>);

impl Merge {
    pub(super) fn file(&mut self, _: &FileSource, Said(said): &Said) -> Section {
        debug_assert!(said.is_empty(), "nothing is taken for an option of files");
        Section {}
    }
}
