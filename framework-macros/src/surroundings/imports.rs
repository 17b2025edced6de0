//! What a file imports, as far as its text shows it.

use std::collections::HashSet;

/// The words of all imports.
pub(super) struct Imports {
    words: HashSet<String>,
    /// Whether there may be others.
    others: bool,
}

impl Imports {
    /// Takes what stands behind each `use `, be it in a comment: it is enough to know what is surely not imported.
    pub(super) fn of(text: &str) -> Self {
        let mut imports = Self {
            words: HashSet::new(),
            others: ["macro_use", "macro_rules", "include!"].iter().any(|hidden| text.contains(hidden)),
        };
        let mut parts = text.split("use ");
        let mut before = parts.next().unwrap_or_default();
        for part in parts {
            let path = part.split(';').next().unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default();
            let is_word = !before.ends_with(char::is_alphanumeric);
            before = part;
            // What a module inside of the file takes from the one around it is the file's own.
            let is_inside = line.ends_with(' ') && matches!(line.trim().chars().last(), None | Some('{'));
            if is_word && !(is_inside && path == "super::*") {
                imports.others |= path.contains('*');
                let words = path.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                imports.words.extend(words.map(str::to_owned));
            }
        }
        imports
    }

    /// Whether the name may be one that is imported.
    pub(super) fn may_have(&self, name: &str) -> bool {
        self.others || self.words.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_surely_not_imported() {
        for (file, expected) in [
            ("", false),
            ("use server::routes;\n#[get(\"/\")]", false),
            ("use server::get;", true),
            ("use server::{\n    self,\n    get as fetch,\n};", true),
            ("mod a {\n    use server::get;\n}", true),
            ("use server::*;", true),
            ("use super::*;", true),
            ("mod tests {\n    use super::*;\n}", false),
            ("mod tests { use super::*; }", false),
            ("pub use super::*;", true),
            ("// Because of get; it is.", false),
            ("#[macro_use]\nextern crate server;", true),
            ("macro_rules! import { () => {} }", true),
            ("// One may use get; or not.", true),
        ] {
            assert_eq!(Imports::of(file).may_have("get"), expected, "{file}");
        }
    }
}
