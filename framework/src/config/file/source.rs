//! Which file is read, what of it is in force, and what it says about the settings and the application's section.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use serde_core::de::DeserializeOwned;

use super::compose::compose;
use super::node::{Entry, Kind, Node};
use super::read::read_text;
use super::{overrides, print, typed};
use crate::config::cli::FileOption;
use crate::config::errors::{ConfigError, Excerpt, Place, Source, Spot};
use crate::config::nearest::nearest;
use crate::config::sources::{Action, Gathered, Merge};

/// The options that choose a file and what of it is in force.
pub(in crate::config) const OPTIONS: &[FileOption] = &[
    FileOption {
        name: "--config",
        variable: "SERVER_CONFIG",
        placeholder: "FILE",
        expected: "a YAML file",
        help: "a YAML file with settings; what follows here goes before it",
    },
    FileOption {
        name: "--profile",
        variable: "SERVER_PROFILE",
        placeholder: "NAME",
        expected: "the name of one of the file's `profiles`",
        help: "which of the file's `profiles` to lay over the rest of it",
    },
];

/// The keys at the top of a file that are no settings.
pub(super) const APP: &str = "app";
pub(super) const PROFILES: &str = "profiles";

/// Whether a variable is none of the settings', but belongs here.
pub(in crate::config) fn is_variable(name: &str) -> bool {
    overrides::is_variable(name) || OPTIONS.iter().any(|option| option.variable == name)
}

/// Whether an option is of the application's section.
pub(in crate::config) fn is_option(name: &str) -> bool {
    overrides::is_option(name)
}

/// The variable of the setting whose value stands in the file that the variable `name` names.
pub(in crate::config) fn pointed_to(name: &str) -> Option<&str> {
    name.strip_suffix("_FILE")
}

/// The value that such a file has.
pub(in crate::config) fn read_value(path: &OsStr) -> Result<String, String> {
    read_text(path).map(typed::without_line_end)
}

/// The file that the program names, and what is known of it already.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileSource {
    path: Option<PathBuf>,
    /// The file when it was read, which is once: it may be a pipe.
    read: Option<Arc<Node>>,
    /// Whether the application has taken its section.
    is_claimed: bool,
}

impl FileSource {
    /// Names the file that is read where nobody else names one.
    pub(crate) fn set_path(&mut self, path: PathBuf) {
        self.path = Some(path);
    }

    /// The same file, to be read anew.
    #[cfg(unix)]
    pub(crate) fn again(&self) -> Self {
        Self { path: self.path.clone(), read: None, is_claimed: self.is_claimed }
    }

    /// Keeps what was read for the next time, when nobody asks for the section any more.
    pub(crate) fn keep(&mut self, section: Section) {
        self.read = section.document;
        self.is_claimed = true;
    }
}

/// The application's section, with what the environment and the command line say about it.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    root: Node,
    /// What the file said as a whole.
    document: Option<Arc<Node>>,
    /// Whether anybody says anything of it, or takes it.
    is_there: bool,
    is_claimed: bool,
    /// The paths of what is secret by its type.
    secrets: BTreeSet<Vec<String>>,
    /// The file and the profile, for people.
    name: Option<String>,
}

impl Default for Section {
    fn default() -> Self {
        let root = Node { source: Source::Program, kind: Kind::Mapping(Vec::new()) };
        Self {
            root,
            document: None,
            is_there: false,
            is_claimed: false,
            secrets: BTreeSet::new(),
            name: None,
        }
    }
}

impl Section {
    /// Reads the section as what the application has for it, which thereby has taken it.
    pub(in crate::config) fn claim<T: DeserializeOwned>(
        &mut self,
        errors: &mut Vec<ConfigError>,
    ) -> Option<T> {
        self.is_claimed = true;
        typed::read(&self.root, errors, &mut self.secrets)
    }

    /// Refuses a section that nobody asked for.
    pub(in crate::config) fn refuse_unclaimed(&self, errors: &mut Vec<ConfigError>) {
        if self.is_there && !self.is_claimed {
            let place = typed::place_of(&[], self.root.source.clone());
            let text = "this program has no settings of its own, and asks for none";
            errors.push(ConfigError::Amiss { place, text: text.to_owned() });
        }
    }

    /// The section for `--print-config`: its lines and where each value comes from.
    pub(in crate::config) fn print(&self, lines: &mut Vec<(String, String)>) {
        if self.is_there {
            print::section(&self.root, &self.secrets, lines);
        }
    }

    /// What was read, for `--check-config`: the file and the profile.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl Gathered {
    /// Reads the application's section; its faults go to the others. There is no value where help or the version is
    /// asked for.
    pub(crate) fn claim<T: DeserializeOwned>(&mut self) -> Option<T> {
        match self.action {
            Action::PrintHelp | Action::PrintVersion => None,
            Action::Serve | Action::CheckConfig | Action::PrintConfig | Action::PrintRoutes => {
                self.section.claim(&mut self.merge.errors)
            }
        }
    }
}

/// What the environment and the command line say of the file and the section, in the order in which the later wins.
pub(in crate::config) struct Said(pub(in crate::config) Vec<(Place, OsString)>);

impl Said {
    /// The value of an option of ours, by the later of the sources that have it.
    fn option(&self, option: &FileOption) -> Option<&(Place, OsString)> {
        self.0.iter().rfind(|(place, _)| [option.name, option.variable].contains(&&*place.name))
    }
}

impl Merge {
    /// Lays the file over the program's settings, and gives the application's section.
    pub(in crate::config) fn file(&mut self, source: &FileSource, said: &Said) -> Section {
        let [config, profile] = OPTIONS else { return Section::default() };
        let named = said.option(config).cloned().or_else(|| {
            let place = Place { source: Source::Program, name: "config_file".to_owned() };
            source.path.clone().map(|path| (place, path.into_os_string()))
        });
        let mut section = Section { is_claimed: source.is_claimed, ..Section::default() };
        let read = match &source.read {
            Some(node) => Ok(Some(Arc::clone(node))),
            None => named.as_ref().map(|(place, path)| load(place, path)).transpose(),
        };
        section.document = read.unwrap_or_else(|error| {
            self.errors.push(*error);
            None
        });
        section.name = named.map(|(_, path)| path.to_string_lossy().into_owned());
        if let Some(document) = section.document.clone() {
            self.document(&document, &[APP, PROFILES], &mut section);
            self.profiles(&document, said.option(profile), &mut section);
        } else if let (None, Some((place, _))) = (&section.name, said.option(profile)) {
            let text = "there is no file that has profiles; `--config` names one".to_owned();
            self.errors.push(ConfigError::Amiss { place: place.clone(), text });
        }
        for (place, value) in said.0.iter().filter(|(place, _)| of_section(&place.name)) {
            section.is_there = true;
            if let Err(error) = overrides::lay(&mut section.root, place, value) {
                self.errors.push(*error);
            }
        }
        section
    }

    /// Lays the top of the file, or a profile of it, over what is there.
    fn document(&mut self, node: &Node, skipped: &[&str], section: &mut Section) {
        self.settings_of(node, skipped);
        let Some(app) = node.entry(APP) else { return };
        match app.value.entries() {
            Some(_) if section.is_there => section.root.overlay(&app.value),
            Some([]) => {
                section.root = Node { source: app.value.source.clone(), kind: Kind::Mapping(Vec::new()) };
            }
            Some(_) => section.root = app.value.clone(),
            None => {
                self.errors.push(expected_mapping(app));
                return;
            }
        }
        section.is_there = true;
    }

    /// Lays the chosen profile over the rest, and holds the others to the same rules.
    fn profiles(&mut self, document: &Node, chosen: Option<&(Place, OsString)>, section: &mut Section) {
        let entry = document.entry(PROFILES);
        let profiles = match entry.map(|entry| (entry, entry.value.entries())) {
            Some((_, Some(profiles))) => profiles,
            Some((entry, None)) => {
                self.errors.push(expected_mapping(entry));
                &[]
            }
            None => &[],
        };
        let name = chosen.map(|(_, name)| name.to_string_lossy());
        for profile in profiles {
            if profile.value.entries().is_none() {
                self.errors.push(expected_mapping(profile));
            } else if name.as_deref() == Some(&profile.key) {
                self.document(&profile.value, &[APP], section);
            } else {
                let mut others = Self::over(self.settings.clone());
                others.settings_of(&profile.value, &[APP]);
                self.errors.append(&mut others.errors);
            }
        }
        let (Some((place, _)), Some(name)) = (chosen, name) else { return };
        if profiles.iter().any(|profile| profile.key == name) {
            let file = section.name.take();
            section.name = file.map(|file| format!("{file}, profile {}", Excerpt(&name)));
        } else {
            let near = nearest(&name, profiles.iter().map(|profile| &*profile.key));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let text = format!("the file has no profile `{}`{near}", Excerpt(&name));
            self.errors.push(ConfigError::Amiss { place: place.clone(), text });
        }
    }
}

/// Whether a variable or an option is of the application's section.
fn of_section(name: &str) -> bool {
    overrides::is_variable(name) || overrides::is_option(name)
}

fn load(place: &Place, path: &OsStr) -> Result<Arc<Node>, Box<ConfigError>> {
    let amiss = |text| Box::new(ConfigError::Amiss { place: place.clone(), text });
    let text = read_text(path).map_err(amiss)?;
    let file: Arc<str> = path.to_string_lossy().into();
    let root = compose(&text, &file)?;
    let spot = Spot { file, line: 1, column: 1 };
    if root.is_null() {
        return Ok(Arc::new(Node::empty(spot)));
    }
    match root.kind {
        Kind::Mapping(_) => Ok(Arc::new(root)),
        Kind::Scalar { .. } | Kind::Sequence(_) => {
            let text = format!("expected settings, as `port: 8080`, found {}", root.describe());
            Err(Box::new(ConfigError::Yaml { spot, text }))
        }
    }
}

pub(super) fn expected_mapping(entry: &Entry) -> ConfigError {
    let place = Place { source: entry.value.source.clone(), name: entry.key.clone() };
    let text = format!("expected a mapping, found {}", entry.value.describe());
    ConfigError::Amiss { place, text }
}
