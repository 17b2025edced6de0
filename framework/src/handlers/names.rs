//! The names that a path is made of, and which of them may be asked for.

use percent_encoding::percent_decode_str;

/// The one name with a dot in front that the web gives a meaning (RFC 8615).
const WELL_KNOWN: &[u8] = b".well-known";

/// The names of a path below a mount: each is one that a file may have, and leads nowhere but down.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    names: Vec<Vec<u8>>,
    /// Whether the path ends in a slash, as one of a folder does.
    pub(super) is_folder: bool,
}

impl Names {
    /// Parses the part of a request's path that lies below the mount, undecoded: empty, or with a slash at its start.
    /// `None` where it names no file that may be asked for.
    ///
    /// Each segment is decoded once, after the path was split: an encoded slash never parts two names, and what is encoded
    /// twice is a name with a percent sign.
    pub(super) fn parse(rest: &str, dotfiles: bool) -> Option<Self> {
        let Some(rest) = rest.strip_prefix('/') else {
            return rest.is_empty().then(|| Self { names: Vec::new(), is_folder: false });
        };
        let (path, is_folder) = match rest.strip_suffix('/') {
            Some(path) => (path, true),
            None => (rest, rest.is_empty()),
        };
        if path.is_empty() {
            // Of a path of two slashes, one stands for a segment that is empty.
            return rest.is_empty().then(|| Self { names: Vec::new(), is_folder: true });
        }
        let mut names = Vec::new();
        for segment in path.split('/') {
            let name: Vec<u8> = percent_decode_str(segment).collect();
            if !is_name(&name) || !(dotfiles || is_shown(&name, names.is_empty())) {
                return None;
            }
            names.push(name);
        }
        Some(Self { names, is_folder })
    }

    /// Whether it may be the address of a page, and not that of a file: there is no dot in its last name.
    pub(super) fn is_page(&self) -> bool {
        self.names.last().is_none_or(|name| !name.contains(&b'.'))
    }

    /// The names, for the system.
    #[cfg(all(unix, feature = "files"))]
    pub(super) fn os_names(&self) -> Vec<std::ffi::OsString> {
        use std::os::unix::ffi::OsStringExt;
        self.names.iter().cloned().map(std::ffi::OsString::from_vec).collect()
    }

    /// The names with a slash before each; `None` where they are no text.
    #[cfg(feature = "embed")]
    pub(super) fn path(&self) -> Option<String> {
        let mut path = String::new();
        for name in &self.names {
            path.push('/');
            path.push_str(std::str::from_utf8(name).ok()?);
        }
        Some(path)
    }
}

/// Whether the bytes are the name of a file in the folder at hand, on this system and on those with drives and backslashes.
fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.iter().any(|byte| matches!(byte, b'/' | b'\\' | 0))
}

fn is_shown(name: &[u8], is_first: bool) -> bool {
    !name.starts_with(b".") || (is_first && name == WELL_KNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rest: &str, expected: Option<(&[&str], bool)>) {
        let found = Names::parse(rest, false);
        let expected = expected.map(|(names, is_folder)| Names {
            names: names.iter().map(|name| name.as_bytes().to_vec()).collect(),
            is_folder,
        });
        assert_eq!(found, expected, "{rest}");
    }

    #[test]
    fn a_path_is_the_names_between_its_slashes() {
        check("", Some((&[], false)));
        check("/", Some((&[], true)));
        check("/a.css", Some((&["a.css"], false)));
        check("/a/b%20c", Some((&["a", "b c"], false)));
        check("/a/", Some((&["a"], true)));
        check("/%2561", Some((&["%61"], false)));
        check("/a%", Some((&["a%"], false)));
        check("/%C3%A9", Some((&["é"], false)));
        check("/C:", Some((&["C:"], false)));
        check("/..a/a..b", None);
        check("/a../a..b/...", None);
        check("/a../a..b", Some((&["a..", "a..b"], false)));
        check("/.well-known/x", Some((&[".well-known", "x"], false)));
    }

    #[test]
    fn what_leads_elsewhere_is_no_name() {
        for rest in [
            "/..",
            "/../a",
            "/a/..",
            "/a/../b",
            "/%2e%2e/a",
            "/%2E%2e",
            "/.%2e/a",
            "/.",
            "/a/./b",
            "/%2e/a",
            "//",
            "//a",
            "/a//b",
            "/a//",
            "/a%2Fb",
            "/..%2fa",
            "/%2fetc%2fpasswd",
            "/a%5Cb",
            "/..%5ca",
            "/a\\b",
            "/a%00",
            "/a%00.css",
            "/.git/config",
            "/a/.env",
            "/a/.well-known",
            "/.hidden",
            "/%2egit",
            "a",
        ] {
            check(rest, None);
        }
        assert!(Names::parse("/a/.env", true).is_some() && Names::parse("/..", true).is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_name_is_one_that_leads_down(rest in "(/|\\.|%2e|%2F|%5c|%00|\\\\|a|%25|%){0,12}", dotfiles: bool) {
            for name in Names::parse(&rest, dotfiles).into_iter().flat_map(|names| names.names) {
                let name = String::from_utf8(name).unwrap();
                let only: Vec<_> = std::path::Path::new(&name).components().collect();
                proptest::prop_assert_eq!(&only, &[std::path::Component::Normal(name.as_ref())]);
                proptest::prop_assert!(!name.contains(['\0', '\\']));
            }
        }
    }
}
