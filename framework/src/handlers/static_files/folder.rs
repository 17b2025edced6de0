//! The folder, and how what lies in it is opened: name by name, in the folder that was opened before.
//!
//! The system never resolves more than one name, and no link. So no rename between two steps leads out of the folder, as it
//! could where a path is checked first and opened then.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

use super::Symlinks;

/// As many links as the system itself follows in one path.
const MAX_LINKS: usize = 40;

/// A folder on the way. What may be walked through need not be one that may be read, where the system can tell the two
/// apart.
#[cfg(any(target_os = "linux", target_os = "android"))]
const STEP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const STEP: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// What a path ends in. A pipe without a writer is no reason to wait, and a terminal none to become ours.
const LAST: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: OwnedFd,
    path: PathBuf,
    symlinks: Symlinks,
}

impl Folder {
    /// Opens the folder; `path` is the application's own, and links in it are followed.
    ///
    /// # Errors
    ///
    /// Where there is none, or none that may be read.
    pub(super) fn open(path: &Path, symlinks: Symlinks) -> io::Result<Self> {
        let root = openat(CWD, path, STEP, Mode::empty())?;
        Ok(Self { root, path: path.to_owned(), symlinks })
    }

    pub(super) fn symlinks(&self) -> Symlinks {
        self.symlinks
    }

    /// Opens the file or folder of these names; each is one name, and neither `.` nor `..`.
    ///
    /// # Errors
    ///
    /// Where it is not there, which is also said of what a link leads to and should not, or cannot be read.
    pub(super) fn entry(&self, names: &[OsString]) -> io::Result<File> {
        let opened = match self.symlinks {
            Symlinks::Follow => {
                let path: PathBuf =
                    [self.path.as_path()].into_iter().chain(names.iter().map(Path::new)).collect();
                openat(CWD, &path, LAST, Mode::empty())
            }
            Symlinks::WithinRoot | Symlinks::Never => self.walk(names),
        };
        opened.map(File::from).map_err(|error| match error {
            // A socket, or a pipe that nobody writes to; a link that was one too many.
            Errno::NXIO | Errno::NODEV | Errno::LOOP => ErrorKind::NotFound.into(),
            error => error.into(),
        })
    }

    fn walk(&self, names: &[OsString]) -> Result<OwnedFd, Errno> {
        let mut ahead: VecDeque<OsString> = names.iter().cloned().collect();
        // The folders between the root and where we are.
        let mut way: Vec<OwnedFd> = Vec::new();
        let mut links = 0;
        while let Some(name) = ahead.pop_front() {
            if name == ".." {
                // Only a link says so; from the root it would lead out.
                way.pop().ok_or(Errno::NOENT)?;
                continue;
            }
            let here = way.last().unwrap_or(&self.root).as_fd();
            let flags = if ahead.is_empty() { LAST } else { STEP };
            match openat(here, &name, flags | OFlags::NOFOLLOW, Mode::empty()) {
                Ok(entry) if ahead.is_empty() => return Ok(entry),
                Ok(folder) => way.push(folder),
                Err(error) => {
                    // Systems have several words for a link that was not to be followed.
                    let Ok(target) = readlinkat(here, &name, Vec::new()) else { return Err(error) };
                    links += 1;
                    if self.symlinks == Symlinks::Never || links > MAX_LINKS {
                        return Err(Errno::NOENT);
                    }
                    for name in steps(target.as_bytes())?.into_iter().rev() {
                        ahead.push_front(name);
                    }
                }
            }
        }
        openat(way.last().unwrap_or(&self.root).as_fd(), ".", LAST | OFlags::DIRECTORY, Mode::empty())
    }
}

/// The names that a link leads through, `..` among them; one that begins at the top of the file system leads out.
fn steps(target: &[u8]) -> Result<Vec<OsString>, Errno> {
    if target.starts_with(b"/") {
        return Err(Errno::NOENT);
    }
    let names = target.split(|&byte| byte == b'/').filter(|name| !matches!(*name, b"" | b"."));
    Ok(names.map(|name| OsStr::from_bytes(name).to_owned()).collect())
}

#[cfg(test)]
mod tests;
