//! Where settings come from, and which source wins: the program, a file, the environment, the command line.

use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr};

use super::cli::CommandLine;
use super::errors::{ConfigError, ConfigErrors, Place, Source};
use super::file::{self, FileSource, Said, Section};
use super::front::ForwardedField;
use super::nearest::nearest;
use super::settings::Settings;
#[cfg(feature = "tls")]
use super::table::Setting;
use super::table::{ENVIRONMENT_PREFIX, SETTINGS, find};
use super::units::{UnitError, write_size};

/// The settings in force, and what to do with them.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The settings; where help or the version is asked for, those of the program.
    pub(crate) settings: Settings,
    /// What to do.
    pub(crate) action: Action,
    /// The application's section.
    pub(crate) section: Section,
    /// For each row of the table, where its value comes from.
    pub(super) origins: Vec<Origin>,
}

/// What the command line asks for; the later ones win over the earlier ones where several are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// To serve, as without any option.
    Serve,
    /// `--check-config`: to say whether all settings are good, and end.
    CheckConfig,
    /// `--print-config`: to print each setting and where it comes from, and end.
    PrintConfig,
    /// `--routes`: to print the table of routes and end.
    PrintRoutes,
    /// `--version`: to print the program's name and version and end.
    PrintVersion,
    /// `--help`: to print every setting and end.
    PrintHelp,
}

impl Settings {
    /// Puts the file, the environment and the command line over what the program says.
    ///
    /// `arguments` begin after the program's name. Variables count that begin with `SERVER_`; and `PORT`, where
    /// neither `SERVER_PORT` nor `--port` is there, as platforms set it: then the host is 0.0.0.0, unless one is set
    /// anywhere. Who asks for help or the version gets it, whatever else is wrong.
    pub(crate) fn gather(
        base: Self,
        source: &FileSource,
        environment: impl Iterator<Item = (OsString, OsString)>,
        arguments: impl Iterator<Item = OsString>,
    ) -> Gathered {
        let mut line = CommandLine::read(arguments);
        let action = line.action;
        let mut merge = Merge::over(base);
        match action {
            Action::PrintHelp | Action::PrintVersion => {
                return Gathered { merge, action, section: Section::default() };
            }
            Action::Serve | Action::CheckConfig | Action::PrintConfig | Action::PrintRoutes => {}
        }
        let mut variables = Variables::of(environment);
        let mut said = std::mem::take(&mut variables.file);
        said.append(&mut line.file);
        let section = merge.file(source, &Said(said));
        merge.environment(variables.ours);
        merge.command_line(line);
        if let Some(port) = variables.platform_port {
            merge.platform_port(&port);
        }
        merge.check_bounds();
        merge.check_head();
        merge.check_tls();
        merge.check_forwarded();
        merge.check_listen();
        Gathered { merge, action, section }
    }
}

/// What all sources say together, with every fault that was found so far.
pub(crate) struct Gathered {
    pub(super) merge: Merge,
    pub(super) action: Action,
    pub(super) section: Section,
}

impl Gathered {
    /// The settings, where nothing is wrong with them, for a program that has taken its section or has none.
    ///
    /// # Errors
    ///
    /// [`ConfigErrors`] with every name that is not known, every value that is not understood or is out of bounds,
    /// the program's among them, and every two that contradict each other.
    pub(crate) fn finish(mut self) -> Result<Loaded, ConfigErrors> {
        self.section.refuse_unclaimed(&mut self.merge.errors);
        let Merge { settings, origins, errors } = self.merge;
        if errors.is_empty() {
            Ok(Loaded { settings, action: self.action, section: self.section, origins })
        } else {
            Err(ConfigErrors::new(errors))
        }
    }
}

/// The environment's variables that are for the server.
struct Variables {
    /// Those of settings, in order.
    ours: Vec<(String, OsString)>,
    /// Those that choose a file or are of the application's section, in order.
    file: Vec<(Place, OsString)>,
    /// `PORT`, which has to wait.
    platform_port: Option<OsString>,
}

impl Variables {
    fn of(environment: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let mut platform_port = None;
        let mut ours: Vec<(String, OsString)> = Vec::new();
        for (name, value) in environment {
            if name == "PORT" {
                platform_port = Some(value);
            } else if name.as_encoded_bytes().starts_with(ENVIRONMENT_PREFIX.as_bytes()) {
                // The environment has no order, but its errors should.
                let variable = (name.to_string_lossy().into_owned(), value);
                let place = ours.partition_point(|known| *known < variable);
                ours.insert(place, variable);
            }
        }
        let (file, ours): (Vec<_>, Vec<_>) = ours.into_iter().partition(|(name, _)| file::is_variable(name));
        let place = |name| Place { source: Source::Environment, name };
        let file = file.into_iter().map(|(name, value)| (place(name), value)).collect();
        Self { ours, file, platform_port }
    }
}

/// The settings while sources are laid over each other.
pub(super) struct Merge {
    pub(super) settings: Settings,
    /// For each row of the table, where its value comes from.
    origins: Vec<Origin>,
    pub(super) errors: Vec<ConfigError>,
}

/// Where the value of one setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The program, or the default.
    Program,
    /// This place, which was the last to name it.
    Read(Place),
    /// Nowhere: the last place to name it has a value that is no good, and was reported.
    Refused,
}

impl Merge {
    pub(super) fn over(base: Settings) -> Self {
        Self { settings: base, origins: vec![Origin::Program; SETTINGS.len()], errors: Vec::new() }
    }

    /// Lays the environment over what is there.
    fn environment(&mut self, variables: Vec<(String, OsString)>) {
        let mut links = Vec::new();
        for (name, value) in variables {
            if is_service_link(&name, &value) {
                links.push(name);
            } else {
                self.variable(name, &value);
            }
        }
        if !links.is_empty() {
            self.errors.push(ConfigError::ServiceLinks { names: links });
        }
    }

    fn variable(&mut self, name: String, value: &OsStr) {
        let index_of = |name: &str| SETTINGS.iter().position(|setting| setting.environment_name() == name);
        let known = index_of(&name);
        let place = Place { source: Source::Environment, name };
        if let Some(index) = known {
            self.set(index, place, value);
            return;
        }
        if let Some(setting) = file::pointed_to(&place.name)
            && let Some(index) = index_of(setting)
        {
            self.set_from_file(index, place, value);
            return;
        }
        let written = place.name.strip_prefix(ENVIRONMENT_PREFIX).unwrap_or_default();
        let near = nearest(written, SETTINGS.iter().map(|setting| setting.name)).and_then(find);
        let nearest = near.map(|(_, setting)| setting.environment_name());
        self.errors.push(ConfigError::Unknown { place, nearest });
    }

    /// Sets what a file has that a variable names.
    fn set_from_file(&mut self, index: usize, place: Place, path: &OsStr) {
        if let Origin::Read(Place { source: Source::Environment, name }) = self.origin(index) {
            let text = format!("stands beside `{name}`, which sets the same; one of them is too many");
            self.errors.push(ConfigError::Amiss { place, text });
            return;
        }
        if SETTINGS.get(index).is_some_and(|setting| setting.value.is_path()) {
            let name = place.name.strip_suffix("_FILE").unwrap_or_default();
            let text = format!("no such setting; `{name}` is the path of a file already");
            self.errors.push(ConfigError::Amiss { place, text });
            return;
        }
        match file::read_value(path) {
            Ok(text) => self.set(index, place, OsStr::new(&text)),
            Err(text) => {
                self.refuse(index);
                self.errors.push(ConfigError::Amiss { place, text });
            }
        }
    }

    fn command_line(&mut self, line: CommandLine) {
        self.errors.extend(line.errors);
        for (index, place, value) in line.options {
            self.set(index, place, &value);
        }
    }

    /// Heeds `PORT`, as a platform sets it in a container: where neither the environment nor the command line names a
    /// port of ours, and then for all of IPv4.
    fn platform_port(&mut self, value: &OsStr) {
        let Some((index, _)) = find("port") else { return };
        match self.origin(index) {
            Origin::Program | Origin::Read(Place { source: Source::File(_), .. }) => {}
            Origin::Read(_) | Origin::Refused => return,
        }
        let place = Place { source: Source::Environment, name: "PORT".to_owned() };
        self.set(index, place.clone(), value);
        if self.settings.host.is_none() {
            self.settings.host = Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            let host = find("host").and_then(|(index, _)| self.origins.get_mut(index));
            if let Some(origin) = host {
                *origin = Origin::Read(place);
            }
        }
    }

    pub(super) fn set(&mut self, index: usize, place: Place, value: &OsStr) {
        let (Some(setting), Some(origin)) = (SETTINGS.get(index), self.origins.get_mut(index)) else {
            return;
        };
        let expected = setting.value.to_string();
        let Some(text) = value.to_str() else {
            *origin = Origin::Refused;
            self.errors.push(ConfigError::NotText { place, expected });
            return;
        };
        match setting.apply(&mut self.settings, text) {
            Ok(()) => *origin = Origin::Read(place),
            Err(UnitError { nearest }) => {
                *origin = Origin::Refused;
                self.errors.push(ConfigError::BadValue { place, found: text.to_owned(), expected, nearest });
            }
        }
    }

    /// Takes note that the setting's value was refused, so that nothing is concluded from it.
    pub(super) fn refuse(&mut self, index: usize) {
        if let Some(origin) = self.origins.get_mut(index) {
            *origin = Origin::Refused;
        }
    }

    fn origin(&self, index: usize) -> &Origin {
        self.origins.get(index).unwrap_or(&Origin::Program)
    }

    /// Refuses values of the program that are out of bounds; those of the other sources were held to them when read.
    fn check_bounds(&mut self) {
        for setting in SETTINGS.iter().filter(|setting| !setting.value.holds(&self.settings)) {
            self.errors.push(ConfigError::BadValue {
                place: Place { source: Source::Program, name: setting.name.to_owned() },
                found: setting.value.show(&self.settings),
                expected: setting.value.to_string(),
                nearest: None,
            });
        }
    }

    /// Refuses a head that has no room for the longest target with the rest of its request line and a Host field,
    /// whose 414 could never be given.
    fn check_head(&mut self) {
        let Settings { max_head, max_request_target, .. } = self.settings;
        let least = max_request_target.saturating_add(BESIDE_TARGET);
        let names = [self.name_and_value("max_head"), self.name_and_value("max_request_target")];
        // A value that was refused says nothing about the other one.
        if let [Some(head), Some(target)] = names
            && max_head < least
        {
            let (beside, least) = (write_size(BESIDE_TARGET), write_size(least));
            let text = format!("{head} must be at least {beside} more than {target}: {least} or more");
            self.errors.push(ConfigError::Conflict { text });
        }
    }

    /// Refuses settings of TLS that contradict each other.
    #[cfg(feature = "tls")]
    fn check_tls(&mut self) {
        // What was refused is missed by the others, and told already.
        let of_tls = |setting: &Setting| setting.in_section().is_some_and(|(section, _)| section == "tls");
        if SETTINGS
            .iter()
            .zip(&self.origins)
            .any(|(setting, origin)| of_tls(setting) && *origin == Origin::Refused)
        {
            return;
        }
        for (name, text) in self.settings.tls.conflicts() {
            if let Some(setting) = self.name_and_value(name) {
                self.errors.push(ConfigError::Conflict { text: format!("{setting}: {text}") });
            }
        }
    }

    #[cfg(not(feature = "tls"))]
    fn check_tls(&mut self) {}
    /// Refuses a host or a port that somebody asks for beside `listen`, which would not be looked at. A platform's `PORT`
    /// is passed over: it is set for all programs.
    fn check_listen(&mut self) {
        if self.settings.listen.is_empty() {
            return;
        }
        let Some(listen) = self.name_and_value("listen") else { return };
        for name in ["host", "port"] {
            let Some((index, setting)) = find(name) else { continue };
            let Origin::Read(place) = self.origin(index) else { continue };
            if place.name == "PORT" {
                continue;
            }
            let text = format!(
                "{place} = {} is not looked at beside {listen}; write it there, or leave it out",
                setting.value.show(&self.settings)
            );
            self.errors.push(ConfigError::Conflict { text });
        }
    }

    /// Refuses `forwarded` beside fields that say the same: a proxy sets the one or the others, and passes on what the
    /// client says in those that it does not set.
    fn check_forwarded(&mut self) {
        let fields = &self.settings.forwarded_fields;
        if fields.len() > 1
            && fields.contains(&ForwardedField::Forwarded)
            && let Some(fields) = self.name_and_value("forwarded_fields")
        {
            let text = format!(
                "{fields} must be `forwarded` alone, or the others: what a proxy does not set is the client's"
            );
            self.errors.push(ConfigError::Conflict { text });
        }
    }

    /// Names a setting with its value and where that comes from, for an error about several.
    fn name_and_value(&self, name: &str) -> Option<String> {
        let (index, setting) = find(name)?;
        let value = setting.value.show(&self.settings);
        let place = match self.origin(index) {
            Origin::Refused => return None,
            Origin::Read(place) => place.to_string(),
            Origin::Program if value == setting.default => format!("`{name}` (default)"),
            Origin::Program => Place { source: Source::Program, name: name.to_owned() }.to_string(),
        };
        Some(format!("{place} = {value}"))
    }
}

/// What a head must hold beside the request target: method, version, and a Host field of the longest name there is.
const BESIDE_TARGET: u64 = 512;

/// Whether a variable is one that Kubernetes makes for a Service, in the form of Docker's links, and not a setting:
/// `SERVER_PORT=tcp://10.0.0.1:80`, `SERVER_SERVICE_HOST`, `SERVER_PORT_80_TCP_ADDR`, `SERVER_TWO_SERVICE_PORT_HTTP`.
fn is_service_link(name: &str, value: &OsStr) -> bool {
    let value = value.as_encoded_bytes();
    let is_address =
        ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme.as_bytes()));
    let words: Vec<_> = name.split('_').skip(1).collect();
    let of_service = words.windows(2).any(|pair| matches!(pair, ["SERVICE", "HOST" | "PORT"]));
    let of_port = words.windows(3).any(|three| match three {
        ["PORT", number, "TCP" | "UDP" | "SCTP"] => number.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    });
    is_address || of_service || of_port
}
