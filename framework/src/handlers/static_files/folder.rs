//! The folder, and how what lies in it is opened: name by name, in the folder that was opened before.
//!
//! The system never resolves more than one name, and no link. So no rename between two steps leads out of the folder, as it
//! could where a path is checked first and opened then.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

use super::Symlinks;
use crate::respond::Access;

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
    access: Access,
}

impl Folder {
    /// Opens the folder; `path` is the application's own, and links in it are followed.
    ///
    /// # Errors
    ///
    /// Where there is none, or none that may be read; [`ErrorKind::WouldBlock`] where that is not at hand.
    pub(super) fn open(path: &Path, symlinks: Symlinks, access: Access) -> io::Result<Self> {
        let root = open_at(CWD, path.as_os_str(), STEP, access)?;
        Ok(Self { root, path: path.to_owned(), symlinks, access })
    }

    /// How it is read, and what lies in it.
    pub(super) fn access(&self) -> Access {
        self.access
    }

    pub(super) fn symlinks(&self) -> Symlinks {
        self.symlinks
    }

    /// Opens the file or folder of these names; each is one name, and neither `.` nor `..`.
    ///
    /// # Errors
    ///
    /// Where it is not there, which is also said of what a link leads to and should not, or cannot be read;
    /// [`ErrorKind::WouldBlock`] where that is not at hand.
    pub(super) fn entry(&self, names: &[OsString]) -> io::Result<File> {
        let opened = match self.symlinks {
            Symlinks::Follow => {
                let path: PathBuf =
                    [self.path.as_path()].into_iter().chain(names.iter().map(Path::new)).collect();
                open_at(CWD, path.as_os_str(), LAST, self.access)
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
            match open_at(here, &name, flags | OFlags::NOFOLLOW, self.access) {
                Ok(entry) if ahead.is_empty() => return Ok(entry),
                Ok(folder) => way.push(folder),
                Err(Errno::AGAIN) => return Err(Errno::AGAIN),
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
        let here = way.last().unwrap_or(&self.root).as_fd();
        open_at(here, OsStr::new("."), LAST | OFlags::DIRECTORY, self.access)
    }
}

fn open_at(folder: BorrowedFd<'_>, name: &OsStr, flags: OFlags, access: Access) -> Result<OwnedFd, Errno> {
    match access {
        Access::Blocking => openat(folder, name, flags, Mode::empty()),
        // Only that it is not there is known for certain. Anything else, an older system and a link among it, is looked
        // at again where it may take its time.
        Access::AtHand => open_at_hand(folder, name, flags).map_err(|error| match error {
            Errno::NOENT => error,
            _ => Errno::AGAIN,
        }),
    }
}

/// Opens what the system can find without a look at the disk.
#[cfg(target_os = "linux")]
fn open_at_hand(folder: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
    rustix::fs::openat2(folder, name, flags, Mode::empty(), rustix::fs::ResolveFlags::CACHED)
}

#[cfg(not(target_os = "linux"))]
fn open_at_hand(_: BorrowedFd<'_>, _: &OsStr, _: OFlags) -> Result<OwnedFd, Errno> {
    Err(Errno::AGAIN)
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
