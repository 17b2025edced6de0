//! [`ConfigErrors`]: everything that is wrong with the settings, told at once.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::log::Escaped;

/// Everything that is wrong with the settings; the server does not start.
///
/// Its text is a line for each fault: the name as it was written, its source, what was expected and the nearest good
/// one.
///
/// ```no_run
/// use server::{ConfigErrors, Server, get, routes};
///
/// #[get("/")]
/// async fn index() -> &'static str {
///     "Hello"
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     let outcome = Server::new(routes![index]).run().await;
///     if let Err(error) = &outcome
///         && error.inner().is::<ConfigErrors>()
///     {
///         eprintln!("see deploy/README.md for the settings");
///     }
///     outcome
/// }
/// ```
#[derive(Debug)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// Makes the error out of its parts, of which there is one at least.
    pub(super) fn new(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the server does not start, as 1 setting is wrong")?,
            count => write!(f, "the server does not start, as {count} settings are wrong")?,
        }
        for error in &self.0 {
            write!(f, "\n  {error}")?;
        }
        Ok(())
    }
}

impl Error for ConfigErrors {}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfigError {
    /// No setting has this name.
    Unknown {
        /// Where it stands.
        place: Place,
        /// The name that was probably meant, as it is written there.
        nearest: Option<String>,
    },
    /// The value is not of the setting's kind, or out of bounds.
    BadValue {
        /// Where it stands.
        place: Place,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
        /// The value that was probably meant.
        nearest: Option<String>,
    },
    /// An option of the command line is the last, or is followed by another option.
    MissingValue {
        /// Where it stands.
        place: Place,
        /// What should follow.
        expected: String,
    },
    /// An option that takes no value has one: `--help=me`.
    NeedlessValue {
        /// Where it stands.
        place: Place,
    },
    /// The value is not UTF-8.
    NotText {
        /// Where it stands.
        place: Place,
        /// What it should be.
        expected: String,
    },
    /// The command line has a word that belongs to no option.
    Stray {
        /// The word.
        word: String,
    },
    /// Variables that Kubernetes (or Docker's links) made for a service that is called `server`.
    ServiceLinks {
        /// Their names.
        names: Vec<String>,
    },
    /// What stands at a place, or is missing there, is no good for a reason of its own.
    Amiss {
        /// Where.
        place: Place,
        /// Why, and what to do.
        text: String,
    },
    /// A file is no YAML, or more of it than is read.
    #[cfg_attr(not(feature = "config"), expect(dead_code, reason = "files are read with that feature alone"))]
    Yaml {
        /// Where.
        spot: Spot,
        /// Why, and what to do.
        text: String,
    },
    /// Two settings that contradict each other.
    Conflict {
        /// Which, and how.
        text: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { place, nearest: Some(nearest) } => {
                write!(f, "{place}: no such setting; did you mean `{nearest}`?")
            }
            Self::Unknown { place, nearest: None } => {
                write!(f, "{place}: no such setting; `--help` lists them all")
            }
            Self::BadValue { place, found, expected, nearest } => {
                match &**found {
                    "" => write!(f, "{place}: expected {expected}, found an empty value")?,
                    found => write!(f, "{place}: expected {expected}, found `{}`", Excerpt(found))?,
                }
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{}`?", Excerpt(nearest)),
                    None => Ok(()),
                }
            }
            Self::MissingValue { place, expected } => write!(f, "{place}: has no value; expected {expected}"),
            Self::NeedlessValue { place } => write!(f, "{place}: takes no value"),
            Self::NotText { place, expected } => {
                write!(f, "{place}: its value is not UTF-8; expected {expected}")
            }
            Self::Stray { word } => {
                let word = Excerpt(word);
                write!(
                    f,
                    "`{word}` (command line): belongs to no option; what is the application's goes after `--`"
                )
            }
            Self::ServiceLinks { names } => {
                let names: Vec<_> = names.iter().map(|name| Excerpt(name).to_string()).collect();
                write!(
                    f,
                    "`{}` (environment): made by Kubernetes for a Service whose name begins with `server`, and no \
                     settings; put `enableServiceLinks: false` into the pod's spec, or rename the Service",
                    names.join("`, `")
                )
            }
            Self::Amiss { place, text } => write!(f, "{place}: {}", Escaped(text)),
            Self::Yaml { spot, text } => write!(f, "{spot}: {}", Escaped(text)),
            Self::Conflict { text } => f.write_str(text),
        }
    }
}

/// A name as it was written, and where; shown as `` `--port` (command line) ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where the name was found.
    pub(crate) source: Source,
    /// The name, in its source's spelling.
    pub(crate) name: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", Excerpt(&self.name), self.source)
    }
}

/// Where a setting comes from; later beats earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The builder.
    Program,
    /// A file.
    #[cfg_attr(not(feature = "config"), expect(dead_code, reason = "files are read with that feature alone"))]
    File(Spot),
    /// An environment variable.
    Environment,
    /// An option.
    CommandLine,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program => f.write_str("in the program"),
            Self::File(spot) => spot.fmt(f),
            Self::Environment => f.write_str("environment"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// A place in a file, shown as `service.yaml:3:7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The file, as it was named.
    pub(crate) file: Arc<str>,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column in characters, from 1.
    pub(crate) column: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", Escaped(&self.file), self.line, self.column)
    }
}

/// The beginning of a text that others wrote, on one line and with nothing that a terminal would obey.
pub(crate) struct Excerpt<'a>(pub(crate) &'a str);

/// The most characters of a name or value that an error repeats.
const EXCERPT_CHARS: usize = 60;

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(EXCERPT_CHARS) {
            Some((end, _)) => write!(f, "{}…", Escaped(self.0.get(..end).unwrap_or_default())),
            None => Escaped(self.0).fmt(f),
        }
    }
}
