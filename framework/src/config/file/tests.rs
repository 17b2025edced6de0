//! What a file says together with the other sources, and every fault with its place and text.

mod faults;
mod printed;
mod section;
mod settings;
#[cfg(feature = "tls")]
mod tls;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;

use super::*;
use crate::config::{Action, CheckedConfig, ConfigErrors, Gathered, Loaded, PrintedConfig, Settings};

/// The settings of an application.
#[derive(Debug, PartialEq, Deserialize)]
struct App {
    greeting: String,
    #[serde(default)]
    retries: u8,
    #[serde(default)]
    ratio: Option<f64>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default, deserialize_with = "units::duration")]
    every: Duration,
    #[serde(default, deserialize_with = "units::size")]
    largest: u64,
    #[serde(default)]
    database: Option<Database>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Database {
    url: String,
    password: Secret,
    #[serde(default)]
    pin: Option<Secret>,
    #[serde(default = "ten")]
    connections: u16,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    Fast,
    VerySafe,
    Limited(u8),
}

fn ten() -> u16 {
    10
}

/// A folder with `service.yaml`.
struct Place(TempDir);

impl Place {
    fn with(yaml: impl AsRef<[u8]>) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.put("service.yaml", yaml);
        place
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn gather(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Gathered {
        let folder = self.0.path().to_str().unwrap();
        let variables =
            variables.iter().map(|(name, value)| (name.into(), value.replace("{}", folder).into()));
        let mut file = FileSource::default();
        file.set_path(self.0.path().join("service.yaml"));
        let arguments = arguments.iter().map(|argument| OsString::from(argument.replace("{}", folder)));
        Settings::gather(Settings::default(), &file, variables, arguments)
    }

    /// Every fault, without the folder's name.
    #[track_caller]
    fn faults<T: std::fmt::Debug>(&self, result: Result<T, ConfigErrors>) -> Vec<String> {
        let text = result.expect_err("something is wrong").to_string();
        let text = text.replace(&format!("{}/", self.0.path().display()), "");
        text.lines().skip(1).map(|line| line.trim_start().to_owned()).collect()
    }
}

#[track_caller]
fn load(yaml: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Settings {
    let loaded = Place::with(yaml).gather(variables, arguments).finish();
    loaded.unwrap_or_else(|errors| panic!("{errors}")).settings
}

#[track_caller]
fn app(yaml: &str, variables: &[(&str, &str)], arguments: &[&str]) -> App {
    let mut gathered = Place::with(yaml).gather(variables, arguments);
    let app = gathered.claim::<App>();
    gathered.finish().unwrap_or_else(|errors| panic!("{errors}"));
    app.expect("a value")
}

#[track_caller]
fn check_faults(yaml: impl AsRef<[u8]>, expected: &[&str]) {
    let place = Place::with(yaml);
    let faults = place.faults(place.gather(&[], &[]).finish());
    assert_eq!(faults, expected);
}

#[track_caller]
fn check_app_faults(yaml: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let place = Place::with(yaml);
    let mut gathered = place.gather(variables, &[]);
    assert_eq!(gathered.claim::<App>(), None);
    assert_eq!(place.faults(gathered.finish()), expected);
}
