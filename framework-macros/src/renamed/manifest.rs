//! What a `Cargo.toml` says of the library: as much of TOML as dependencies are written in, and nothing refused.

use std::collections::BTreeMap;
use std::fs;
use std::mem;
use std::path::Path;

/// The package of the library.
const PACKAGE: &str = "fingerpost";
/// Its name where a manifest gives it none.
const LIBRARY: &str = "server";

/// The name that the manifest in `folder` gives the library; `None` where it has its own, or is none of its dependencies.
///
/// What the crate takes over from its workspace has the name there: the manifest of the nearest folder above that has one.
pub(super) fn name(folder: &Path) -> Option<String> {
    let of_crate = Manifest::read(folder)?;
    let workspace = || {
        let mut above = folder.ancestors().filter_map(Manifest::read);
        above.find(|manifest| manifest.is_workspace).unwrap_or_default()
    };
    name_in(&of_crate, workspace)
}

fn name_in(of_crate: &Manifest, workspace: impl FnOnce() -> Manifest) -> Option<String> {
    let own = of_crate.crates.iter().filter(|(key, of)| of.package(key) == Some(PACKAGE));
    let mut names: Vec<_> = own.map(|(key, of)| of.name(key)).collect();
    if names.is_empty() && of_crate.crates.values().any(|of| of.is_shared) {
        let shared = workspace().shared;
        let shared = shared.iter().filter(|(key, of)| of.package(key) == Some(PACKAGE));
        let taken = shared.filter(|(key, _)| of_crate.crates.get(*key).is_some_and(|of| of.is_shared));
        names = taken.map(|(key, of)| of.name(key)).collect();
    }
    match names.iter().any(|name| name == LIBRARY) {
        true => None,
        false => names.into_iter().next(),
    }
}

#[derive(Debug, Default)]
struct Manifest {
    is_workspace: bool,
    /// What the crate depends on, of whatever kind and for whatever target.
    crates: BTreeMap<String, Dependency>,
    /// What the crates of the workspace may take over.
    shared: BTreeMap<String, Dependency>,
}

/// A dependency, whose key is that of its map.
#[derive(Debug, Default)]
struct Dependency {
    package: Option<String>,
    /// Whether it is taken over from the workspace.
    is_shared: bool,
}

impl Manifest {
    fn read(folder: &Path) -> Option<Self> {
        Some(Self::parse(&fs::read_to_string(folder.join("Cargo.toml")).ok()?))
    }

    fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut table = Vec::new();
        for line in split(text, '\n') {
            if let Some(header) = line.strip_prefix('[') {
                table = split(header.trim_end_matches(']'), '.');
                manifest.is_workspace |= table.first().is_some_and(|first| first == "workspace");
            } else if let Some((key, value)) = line.split_once('=') {
                let mut path = table.clone();
                path.extend(split(key, '.'));
                manifest.insert(&path, value.trim());
            }
        }
        manifest
    }

    /// Keeps what one line says, where it is of a dependency: `dependencies.web = …`, or `dependencies.web.package = …`.
    fn insert(&mut self, path: &[String], value: &str) {
        let Some(at) = path.iter().position(|part| part.ends_with("dependencies")) else { return };
        let map = match path.first().map(String::as_str) {
            Some("package") => return,
            Some("workspace") => &mut self.shared,
            _ => &mut self.crates,
        };
        let Some(key) = path.get(at + 1) else { return };
        let dependency = map.entry(unquoted(key).to_owned()).or_default();
        match path.get(at + 2) {
            Some(field) => dependency.set(field, value),
            None => {
                let fields = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                for (field, value) in
                    split(fields.unwrap_or_default(), ',').iter().filter_map(|one| one.split_once('='))
                {
                    dependency.set(field.trim(), value.trim());
                }
            }
        }
    }
}

impl Dependency {
    fn set(&mut self, field: &str, value: &str) {
        match field {
            "package" => self.package = Some(unquoted(value).to_owned()),
            "workspace" => self.is_shared = value == "true",
            _ => {}
        }
    }

    /// The package, unless the workspace has it.
    fn package<'a>(&'a self, key: &'a str) -> Option<&'a str> {
        if self.is_shared { None } else { Some(self.package.as_deref().unwrap_or(key)) }
    }

    /// What code calls the crate.
    fn name(&self, key: &str) -> String {
        if self.package.is_some() { key.replace('-', "_") } else { LIBRARY.to_owned() }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

/// The pieces between the separators that stand in no string, brackets or comment; without white space, and none empty.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut pieces, mut piece, mut depth, mut rest) = (Vec::new(), String::new(), 0_usize, text);
    while let Some(char) = rest.chars().next() {
        let len = match char {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => string_len(rest),
            _ => char.len_utf8(),
        };
        let (token, behind) = rest.split_at(len);
        rest = behind;
        match char {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            '#' => continue,
            _ => {}
        }
        if char == separator && depth == 0 {
            pieces.push(taken(&mut piece));
        } else {
            piece.push_str(token);
        }
    }
    pieces.push(taken(&mut piece));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn taken(piece: &mut String) -> String {
    mem::take(piece).trim().to_owned()
}

/// The length of the string that `text` begins with, quotes and all; of all of it where it has no end.
fn string_len(text: &str) -> usize {
    let quote =
        ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote)).unwrap_or("\"");
    let (mut at, has_escapes) = (quote.len(), quote.starts_with('"'));
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        let escaped = usize::from(has_escapes && rest.starts_with('\\'));
        at += rest.chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let workspace = || {
            Manifest::parse(
                "[workspace.dependencies]\nhttp-web = { package = \"fingerpost\" }\nserver.package = 'fingerpost'\n",
            )
        };
        assert_eq!(name_in(&Manifest::parse(text), workspace).as_deref(), expected, "{text}");
    }

    #[test]
    fn finds_the_name_however_it_is_written() {
        check("", None);
        check("[dependencies]\nfingerpost = \"0.1\"", None);
        check("[dependencies]\nfingerpost = { path = \"..\" }\nweb = \"1\"", None);
        check("[dependencies]\nserver = { package = \"fingerpost\", version = \"0.1\" }", None);
        check("[dependencies]\nweb = { package = \"fingerpost\", version = \"0.1\" }", Some("web"));
        check("[dependencies]\nhttp-web={version='0.1',package='fingerpost'} # it", Some("http_web"));
        check(
            "[dependencies]\nweb = { features = [\n  \"tls\", # a comment, with }\n], package = \"fingerpost\" }",
            Some("web"),
        );
        check(
            "[dependencies.web]\nversion = \"0.1\"\npackage = \"fingerpost\"\n[lib]\nname = \"x\"",
            Some("web"),
        );
        check("[dependencies]\nweb.version = \"0.1\"\nweb.package = \"fingerpost\"", Some("web"));
        check("dependencies.web.package = \"fingerpost\"", Some("web"));
        check("[target.'cfg(unix)'.dev-dependencies]\n\"web\" = { package = \"fingerpost\" }", Some("web"));
        check(
            "[dependencies]\nweb = { package = \"fingerpost\" }\n[dev-dependencies]\nfingerpost = \"0.1\"",
            None,
        );
    }

    #[test]
    fn finds_what_is_taken_over_from_the_workspace() {
        check("[dependencies]\nhttp-web.workspace = true", Some("http_web"));
        check("[dependencies]\nhttp-web = { workspace = true, features = [\"tls\"] }", Some("http_web"));
        check("[dependencies]\nserver.workspace = true", None);
        check("[dependencies]\nserde.workspace = true", None);
    }

    #[test]
    fn takes_nothing_else_for_it() {
        check("# [dependencies]\n# web = { package = \"fingerpost\" }", None);
        check(
            "[package]\ndescription = \"\"\"\n[dependencies]\nweb = { package = \"fingerpost\" }\n\"\"\"",
            None,
        );
        check("[package.metadata.dependencies]\nweb = { package = \"fingerpost\" }", None);
        check("[dependencies]\nweb = { package = \"fingerpost-macros\", path = \"a = 'fingerpost'\" }", None);
        check("[dependencies]\nweb = { path = \"\\\", package = \\\"fingerpost\" }", None);
        check("[dependencies]\nweb = \"unfinished", None);
    }
}
