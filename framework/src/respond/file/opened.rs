//! An open file, held to the state in which it was opened.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

/// Times up to so long after the first second of 1970 are set where a file is to have none: by build systems that want the
/// same bytes every time.
const NO_TIME: Duration = Duration::from_secs(1);

/// How long may be waited for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Not at all: what the system has in memory is read, and all else is [`ErrorKind::WouldBlock`]. Only Linux tells
    /// the two apart.
    AtHand,
    /// As long as the disk takes.
    Blocking,
}

/// A descriptor, and what the file was when it was opened.
#[derive(Debug)]
pub(super) struct Opened {
    file: File,
    len: u64,
    /// As the system says it.
    changed: Option<SystemTime>,
}

impl Opened {
    /// Looks at `file`.
    ///
    /// # Errors
    ///
    /// Where it is no file with bytes of its own.
    #[inline]
    pub(super) fn new(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(Self { file, len: metadata.len(), changed: metadata.modified().ok() })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// When it changed last; `None` where nobody knows.
    #[inline]
    pub(super) fn modified(&self) -> Option<SystemTime> {
        self.changed.filter(|&changed| changed > UNIX_EPOCH + NO_TIME)
    }

    /// Reads `count` bytes from `start` on.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, and where it is not the one that was opened any more: what was read may be older
    /// or newer then. [`ErrorKind::WouldBlock`] where not all of it is at hand.
    #[inline]
    pub(super) fn read(&self, start: u64, count: u64, access: Access) -> io::Result<Bytes> {
        let count = usize::try_from(count).map_err(|_| ErrorKind::FileTooLarge)?;
        let mut chunk = vec![0; count];
        let read = match access {
            Access::AtHand => read_at_hand(&self.file, &mut chunk, start),
            Access::Blocking => read_exact_at(&self.file, &mut chunk, start),
        };
        if access == Access::AtHand && read.is_err() {
            return Err(ErrorKind::WouldBlock.into());
        }
        // Looked at behind the read, so that what was read is known to be of this state.
        self.check(&self.file.metadata()?)?;
        read.map(|()| Bytes::from(chunk))
    }

    /// Whether the bytes that there were are still those: a file may grow, as a log does.
    #[inline]
    fn check(&self, now: &Metadata) -> io::Result<()> {
        if now.len() < self.len {
            let (was, is) = (self.len, now.len());
            return Err(io::Error::other(format!(
                "the file shrank from {was} to {is} bytes while it was sent"
            )));
        }
        if now.len() == self.len && now.modified().ok() != self.changed {
            return Err(io::Error::other("the file was written to while it was sent"));
        }
        Ok(())
    }
}

/// Fills `chunk` with what lies in the system's memory; whatever is in the way of that is looked at by who may wait.
#[cfg(all(target_os = "linux", feature = "files"))]
#[inline]
fn read_at_hand(file: &File, chunk: &mut [u8], start: u64) -> io::Result<()> {
    let len = chunk.len();
    let parts = &mut [io::IoSliceMut::new(chunk)];
    let read = rustix::io::preadv2(file, parts, start, rustix::io::ReadWriteFlags::NOWAIT)?;
    if read == len { Ok(()) } else { Err(ErrorKind::WouldBlock.into()) }
}

#[cfg(not(all(target_os = "linux", feature = "files")))]
#[inline]
fn read_at_hand(_: &File, _: &mut [u8], _: u64) -> io::Result<()> {
    Err(ErrorKind::WouldBlock.into())
}

/// Reads without the descriptor's own place, which reads at the same time would share.
#[cfg(unix)]
#[inline]
fn read_exact_at(file: &File, chunk: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, chunk, start)
}

#[cfg(windows)]
#[inline]
fn read_exact_at(file: &File, mut chunk: &mut [u8], mut start: u64) -> io::Result<()> {
    while !chunk.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, chunk, start)?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        start += read as u64;
        chunk = chunk.get_mut(read..).unwrap_or_default();
    }
    Ok(())
}
