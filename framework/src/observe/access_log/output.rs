//! [`Output`]: where the lines of the access log go in the end.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::AccessLogTo;

/// How long to wait before writing again to what took nothing.
const PAUSE: Duration = Duration::from_millis(10);

/// Something that whole lines are written to, without a buffer in between.
pub(super) struct Output {
    writer: Box<dyn Write + Send>,
    /// What is opened anew when it has been moved away.
    path: Option<PathBuf>,
    /// Whether what was written last ended within a line.
    is_torn: bool,
}

/// What did not get written.
#[derive(Debug)]
pub(super) struct Unwritten {
    pub(super) error: io::Error,
    /// How many lines are not there, or not whole.
    pub(super) lines: u64,
}

impl Output {
    /// Opens what the setting says.
    ///
    /// # Errors
    ///
    /// Where a file cannot be opened to append to it, or the process has no such stream.
    pub(super) fn open(to: &AccessLogTo) -> io::Result<Self> {
        let (writer, path) = match to {
            AccessLogTo::Stdout => (standard_output()?, None),
            AccessLogTo::Stderr => (standard_error()?, None),
            AccessLogTo::File(path) => (Box::new(append_to(path)?) as _, Some(path.clone())),
        };
        Ok(Self { writer, path, is_torn: false })
    }

    #[cfg(test)]
    pub(super) fn to(writer: impl Write + Send + 'static) -> Self {
        Self { writer: Box::new(writer), path: None, is_torn: false }
    }

    /// Opens the file again, where it is one: under its name there may be another, or none yet.
    ///
    /// # Errors
    ///
    /// Where that fails; the one that was open stays in use.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        if let Some(path) = &self.path {
            self.writer = Box::new(append_to(path)?);
            self.is_torn = false;
        }
        Ok(())
    }

    /// Writes whole lines, as one write where the system takes them so. Waits as long as it takes none.
    ///
    /// # Errors
    ///
    /// [`Unwritten`] where it refuses the rest of them.
    pub(super) fn write(&mut self, lines: &[u8]) -> Result<(), Unwritten> {
        if self.is_torn {
            self.write_all(b"\n").map_err(|(error, _)| Unwritten { error, lines: count(lines) })?;
        }
        self.write_all(lines).map_err(|(error, rest)| Unwritten { error, lines: count(rest) })
    }

    fn write_all<'a>(&mut self, mut rest: &'a [u8]) -> Result<(), (io::Error, &'a [u8])> {
        while !rest.is_empty() {
            match self.writer.write(rest) {
                Ok(0) => return Err((ErrorKind::WriteZero.into(), rest)),
                Ok(len) => {
                    let (written, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                    self.is_torn = !written.ends_with(b"\n");
                    rest = behind;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Somebody who shares the stream has made it one that does not block.
                Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(PAUSE),
                Err(error) => return Err((error, rest)),
            }
        }
        Ok(())
    }
}

fn count(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// The stream itself: the standard library's has a lock, and whoever waits to write to it holds up whoever prints.
#[cfg(unix)]
fn standard_output() -> io::Result<Box<dyn Write + Send>> {
    use std::os::fd::AsFd;
    Ok(Box::new(File::from(io::stdout().as_fd().try_clone_to_owned()?)))
}

#[cfg(unix)]
fn standard_error() -> io::Result<Box<dyn Write + Send>> {
    use std::os::fd::AsFd;
    Ok(Box::new(File::from(io::stderr().as_fd().try_clone_to_owned()?)))
}

#[cfg(not(unix))]
fn standard_output() -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(io::stdout()))
}

#[cfg(not(unix))]
fn standard_error() -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(io::stderr()))
}
