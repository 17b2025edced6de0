//! [`FileError`]: why there is no file to answer with.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use http::StatusCode;

use crate::blocking::Overloaded;
use crate::http::Response;
use crate::respond::{IntoResponse, Problem};

/// Why a file could not be opened; the client is told its status, and nothing of the path.
#[derive(Debug)]
pub struct FileError(Fault);

#[derive(Debug)]
enum Fault {
    /// There is none of this path, or it is no file.
    NotFound(PathBuf),
    /// There may be one, and we cannot read it.
    Io(PathBuf, io::Error),
    /// There was nobody to look.
    Overloaded(Overloaded),
}

impl FileError {
    #[inline]
    pub(super) fn not_a_file(path: &Path) -> Self {
        Self(Fault::NotFound(path.to_owned()))
    }

    /// Of a path that must be there.
    #[cfg(all(unix, feature = "files"))]
    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self(Fault::Io(path.to_owned(), error))
    }

    /// What the system says of `path`.
    #[inline]
    pub(crate) fn of(path: &Path, error: io::Error) -> Self {
        Self(match error.kind() {
            // The last two are of names that no file can have.
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput => Fault::NotFound(path.to_owned()),
            _ => Fault::Io(path.to_owned(), error),
        })
    }

    /// Whether nothing is known yet: who looked was not to wait for the disk.
    #[cfg(all(unix, feature = "files"))]
    pub(crate) fn would_block(&self) -> bool {
        matches!(&self.0, Fault::Io(_, error) if error.kind() == ErrorKind::WouldBlock)
    }

    /// 404 Not Found, 503 Service Unavailable or 500 Internal Server Error.
    pub fn status(&self) -> StatusCode {
        match self.0 {
            Fault::NotFound(_) => StatusCode::NOT_FOUND,
            Fault::Io(..) => StatusCode::INTERNAL_SERVER_ERROR,
            Fault::Overloaded(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether there is no such file.
    pub fn is_not_found(&self) -> bool {
        matches!(self.0, Fault::NotFound(_))
    }
}

impl From<Overloaded> for FileError {
    #[inline]
    fn from(overloaded: Overloaded) -> Self {
        Self(Fault::Overloaded(overloaded))
    }
}

impl fmt::Display for FileError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fault::NotFound(path) => write!(f, "there is no file {}", path.display()),
            Fault::Io(path, _) => write!(f, "the file {} cannot be read", path.display()),
            Fault::Overloaded(overloaded) => overloaded.fmt(f),
        }
    }
}

impl Error for FileError {
    #[inline]
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Fault::Io(_, error) => Some(error),
            Fault::NotFound(_) | Fault::Overloaded(_) => None,
        }
    }
}

impl IntoResponse for FileError {
    #[inline]
    fn into_response(self) -> Response {
        match self.0 {
            Fault::NotFound(_) => Problem::new(StatusCode::NOT_FOUND).into_response(),
            Fault::Io(..) => Problem::new(self.status()).source(self).into_response(),
            Fault::Overloaded(overloaded) => overloaded.into_response(),
        }
    }
}
