//! The page that lists a folder.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use rustix::fs::{AtFlags, Dir, FileType, statat};

use super::Symlinks;
use super::folder::Folder;

/// A page has no more entries than these, so that a folder of any size costs no more than so much memory.
const MAX_ENTRIES: usize = 10_000;

const STYLE: &str = include_str!("listing.css");

/// An entry of a folder.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: OsString,
    /// `None` of a folder.
    len: Option<u64>,
    modified: SystemTime,
}

/// Writes the page of `folder_names`, which were asked for as `path`. Blocks.
///
/// # Errors
///
/// Where the folder cannot be read.
pub(super) fn page(
    opened: &fs::File,
    folder: &Folder,
    names: &[OsString],
    dotfiles: bool,
    path: &str,
) -> io::Result<String> {
    let mut entries = Vec::new();
    let mut is_whole = true;
    for found in Dir::read_from(opened)? {
        let found = found?;
        let name = OsStr::from_bytes(found.file_name().to_bytes());
        if matches!(name.as_bytes(), b"." | b"..") || (!dotfiles && name.as_bytes().starts_with(b".")) {
            continue;
        }
        if entries.len() == MAX_ENTRIES {
            is_whole = false;
            break;
        }
        entries.extend(entry(opened, folder, names, name));
    }
    entries.sort_by(|a, b| (a.len.is_some(), &a.name).cmp(&(b.len.is_some(), &b.name)));
    Ok(write(path, &entries, is_whole))
}

/// What is told of an entry; `None` of one that is no file or folder, or would not be answered with.
fn entry(opened: &fs::File, folder: &Folder, names: &[OsString], name: &OsStr) -> Option<Entry> {
    let stat = statat(opened, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    let (is_folder, len, modified) = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => (true, 0, time(stat.st_mtime)),
        FileType::RegularFile => (false, u64::try_from(stat.st_size).ok()?, time(stat.st_mtime)),
        FileType::Symlink if folder.symlinks() != Symlinks::Never => {
            let metadata = folder.entry(&[names, &[name.to_owned()]].concat()).ok()?.metadata().ok()?;
            if !metadata.is_dir() && !metadata.is_file() {
                return None;
            }
            (metadata.is_dir(), metadata.len(), metadata.modified().ok()?)
        }
        _ => return None,
    };
    Some(Entry { name: name.to_owned(), len: (!is_folder).then_some(len), modified })
}

fn time(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

fn write(path: &str, entries: &[Entry], is_whole: bool) -> String {
    let title = escape(&percent_decode_str(path).decode_utf8_lossy());
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         <h1>{}</h1>\n<table>\n<thead><tr><th>Name<th>Size<th>Changed</thead>\n",
        crumbs(path)
    );
    if path.trim_end_matches('/').contains('/') {
        page.push_str("<tr class=\"up\"><td><a href=\"../\">..</a><td><td>\n");
    }
    for entry in entries {
        let slash = if entry.len.is_some() { "" } else { "/" };
        let name = escape(&entry.name.to_string_lossy());
        // With `./` in front no name is taken for a scheme, as `javascript:` would be.
        let href = percent_encode(entry.name.as_bytes(), NON_ALPHANUMERIC);
        let len = entry.len.map_or_else(String::new, size);
        let date = date(entry.modified);
        let _ = writeln!(page, "<tr><td><a href=\"./{href}{slash}\">{name}{slash}</a><td>{len}<td>{date}");
    }
    page.push_str("</table>\n");
    match entries.len() {
        0 => page.push_str("<p>There is nothing in this folder.\n"),
        _ if !is_whole => drop(writeln!(page, "<p>There are more than these {MAX_ENTRIES}.")),
        _ => {}
    }
    page
}

/// The path, each folder of it a link.
fn crumbs(path: &str) -> String {
    let names: Vec<_> = path.trim_matches('/').split('/').filter(|name| !name.is_empty()).collect();
    let mut crumbs = String::from("<a href=\"/\">/</a>");
    let mut above = String::from("/");
    for (index, name) in names.iter().enumerate() {
        let text = escape(&percent_decode_str(name).decode_utf8_lossy());
        let name: Vec<u8> = percent_decode_str(name).collect();
        let _ = write!(above, "{}/", percent_encode(&name, NON_ALPHANUMERIC));
        let is_last = index + 1 == names.len();
        let _ = match is_last {
            true => write!(crumbs, " {text}"),
            false => write!(crumbs, " <a href=\"{above}\">{text}</a> /"),
        };
    }
    crumbs
}

/// A length as one says it, to three digits.
fn size(len: u64) -> String {
    let units = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|&(unit, _)| len >= unit) {
        None => format!("{len} B"),
        Some((unit, name)) => {
            let tenths = u128::from(len) * 10 / u128::from(unit);
            match tenths {
                0..1000 => format!("{}.{} {name}", tenths / 10, tenths % 10),
                _ => format!("{} {name}", tenths / 10),
            }
        }
    }
}

/// `2026-11-21 16:10`, in UTC.
fn date(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, minutes) = (seconds / 86_400, seconds / 60 % 1440);
    // The civil calendar from a count of days, in years that begin in March.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// Text of HTML, also between quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ if character.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_times_are_told_as_one_says_them() {
        let sizes = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (123 << 10, "123 KiB"),
            ((1 << 30) - 1, "1023 MiB"),
            (u64::MAX, "16777215 TiB"),
        ];
        for (len, expected) in sizes {
            assert_eq!(size(len), expected);
        }
        let dates = [
            (0, "1970-01-01 00:00"),
            (951_782_399, "2000-02-28 23:59"),
            (951_868_799, "2000-02-29 23:59"),
            (1_709_251_200, "2024-03-01 00:00"),
            (4_102_444_799, "2099-12-31 23:59"),
            (784_111_777, "1994-11-06 08:49"),
        ];
        for (seconds, expected) in dates {
            assert_eq!(date(time(seconds)), expected);
        }
    }

    #[test]
    fn names_are_text_and_never_markup() {
        let entry =
            |name: &[u8], len| Entry { name: OsStr::from_bytes(name).to_owned(), len, modified: time(0) };
        let entries = [
            entry(b"<img src=x onerror=alert(1)>", None),
            entry(b"javascript:alert(1)", Some(1)),
            entry(b"\"'&\n\xff", Some(2)),
        ];
        let page = write("/%3Cscript%3E/a%22b/", &entries, true);
        for line in [
            "<title>/&lt;script&gt;/a&quot;b/</title>",
            "<h1><a href=\"/\">/</a> <a href=\"/%3Cscript%3E/\">&lt;script&gt;</a> / a&quot;b</h1>",
            "<a href=\"./%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E/\">&lt;img src=x onerror=alert(1)&gt;/</a>",
            "<a href=\"./javascript%3Aalert%281%29\">javascript:alert(1)</a><td>1 B",
            "<a href=\"./%22%27%26%0A%FF\">&quot;&#39;&amp;\u{fffd}\u{fffd}</a>",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        assert!(write("/", &[], true).contains("nothing in this folder"));
        assert!(write("/", &entries, false).contains("more than these 10000"));
        assert!(!write("/", &[], true).contains("../") && page.contains("<a href=\"../\">"));
    }
}
