//! Settings whose texts have grammars of their own.

use super::list::{List, NONE};
use super::settings::Settings;
use super::units::UnitError;
use super::value::Text;
use crate::observe::AccessLogTo;

/// `access_log_to`.
pub(super) struct LogTarget;

impl Text for LogTarget {
    fn placeholder(&self) -> &'static str {
        "stdout|stderr|FILE"
    }

    fn expected(&self) -> &'static str {
        "`stdout`, `stderr` or the name of a file"
    }

    fn show(&self, settings: &Settings) -> String {
        settings.access_log_to.to_string()
    }

    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        settings.access_log_to = match text {
            "" => return Err(UnitError::default()),
            "stdout" => AccessLogTo::Stdout,
            "stderr" => AccessLogTo::Stderr,
            _ if text.contains(char::is_control) => return Err(UnitError::default()),
            file => AccessLogTo::File(file.into()),
        };
        Ok(())
    }
}

/// `access_log_masked`.
pub(super) struct Masked;

impl List for Masked {
    fn show(&self, settings: &mut Settings) -> String {
        match &settings.access_log_masked[..] {
            [] => NONE.to_owned(),
            names => names.join(", "),
        }
    }

    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        let text = if text == NONE { "" } else { text };
        let names = text.split(',').map(str::trim).filter(|_| !text.is_empty()).map(|name| {
            // What separates names, and what an application never sees in one.
            let is_name = !name.is_empty()
                && !name.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '&' | '='));
            if is_name { Ok(name.to_owned()) } else { Err(UnitError::default()) }
        });
        settings.access_log_masked = names.collect::<Result<_, _>>()?;
        Ok(())
    }

    fn placeholder(&self) -> &'static str {
        "NAMES"
    }

    fn expected(&self) -> &'static str {
        "names of query parameters with commas between them, such as common,ssn; or none"
    }
}
