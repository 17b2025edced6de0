//! Unsafe code: denied in every package; a file that must have some is small, and says why.

use std::path::Path;

use crate::command::{cargo, output};
use crate::markdown::read;
use crate::sources::sources;

/// Lines of code that a file with unsafe code may have, without its tests.
const MAX_LINES: usize = 50;

/// What is wrong with a file that lifts the lint; `None` for one that does not.
fn fault(text: &str) -> Option<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lifts = |line: &str| {
        let line = line.trim();
        line.starts_with('#') && line.contains("unsafe_code") && !line.contains("forbid")
    };
    let lifted = code.lines().find(|line| lifts(line))?;
    let len = code.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//")).count();
    match (lifted.contains("reason"), len) {
        (true, 0..=MAX_LINES) => None,
        (false, _) => Some("it does not say why".to_owned()),
        (true, _) => Some(format!("{len} lines beside unsafe code, {MAX_LINES} at most")),
    }
}

#[test]
fn unsafe_code_is_denied_and_its_exceptions_are_small() {
    let manifest = read(Path::new("Cargo.toml")).unwrap();
    assert!(manifest.contains("\nunsafe_code = \"deny\"\n"), "the workspace does not deny unsafe code");
    let metadata =
        output(&mut cargo(&["metadata", "--locked", "--no-deps", "--format-version", "1"])).unwrap();
    let manifests: Vec<_> = metadata.split("\"manifest_path\":\"").skip(1).collect();
    assert!(manifests.len() > 5, "{metadata}");
    for rest in manifests {
        let path = rest.split('"').next().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("[lints]\nworkspace = true"), "{path} does not take the workspace's lints");
    }
    let mut files = Vec::new();
    for folder in ["framework/src", "framework-macros/src"] {
        sources(folder, &mut files).unwrap();
    }
    let faults: Vec<_> =
        files.iter().filter_map(|(path, text)| fault(text).map(|fault| format!("{path}: {fault}"))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn tells_an_exception_that_is_large_or_silent() {
    let large = format!("#![expect(unsafe_code, reason = \"a\")]\n{}", "let a = 1;\n".repeat(60));
    for (text, expected) in [
        ("fn a() {}", false),
        ("#![expect(unsafe_code, reason = \"a\")]\nfn a() {}", false),
        ("#![allow(unsafe_code)]\nfn a() {}", true),
        (large.as_str(), true),
    ] {
        assert_eq!(fault(text).is_some(), expected, "{text}");
    }
}
