//! Unix sockets to listen at: made, found stale, and removed again.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

/// The file of a Unix socket of ours; it is removed when this is dropped, unless another one has taken its place.
#[derive(Debug)]
pub(in super::super) struct SocketFile {
    path: PathBuf,
    /// Device and number, by which it is known again.
    id: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), id: id(path)? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if id(&self.path).is_ok_and(|id| id == self.id) {
            // It may be gone by now, which is as good.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Makes a socket at `path` and listens, with a file of these permissions.
///
/// Nobody can connect before the permissions are set: until a socket listens, it refuses.
pub(super) fn listen_at(path: &Path, mode: u32, backlog: i32) -> io::Result<(Socket, SocketFile)> {
    let socket = unbound()?;
    let addr = SockAddr::unix(path)?;
    match socket.bind(&addr) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            // Two that start at a time must not each remove what the other has just made. A lock on the folder leaves
            // no file behind; where there can be none (some network file systems), the look alone must do.
            let lock = File::open(path.parent().filter(|folder| *folder != "").unwrap_or(Path::new(".")));
            let _lock = lock.and_then(|folder| folder.lock().map(|()| folder));
            remove_stale(path, &addr)?;
            socket.bind(&addr)?;
        }
        bound => bound?,
    }
    let file = SocketFile::of(path)?;
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    socket.listen(backlog)?;
    Ok((socket, file))
}

/// Listens at a name that is no file; it is free again when the last socket is closed.
#[cfg(target_os = "linux")]
pub(super) fn listen_as(name: &str, backlog: i32) -> io::Result<Socket> {
    let socket = unbound()?;
    socket.bind(&SockAddr::unix(format!("\0{name}"))?)?;
    socket.listen(backlog)?;
    Ok(socket)
}

fn unbound() -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Removes the socket of a program that is gone.
///
/// # Errors
///
/// `AddrInUse` where somebody listens there, or may; `AlreadyExists` where there is something else than a socket.
fn remove_stale(path: &Path, addr: &SockAddr) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    match unbound()?.connect(addr) {
        // What refuses is not listened at, and never will be again.
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Ok(()) | Err(_) => Err(io::ErrorKind::AddrInUse.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixListener, UnixStream};

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn has_its_permissions_and_is_removed_at_the_end() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        for mode in [0o600, 0o660, 0o666] {
            let (_socket, file) = listen_at(&path, mode, 1).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
            UnixStream::connect(&path).unwrap();
            drop(file);
            assert!(!path.exists());
        }
    }

    #[test]
    fn one_that_nobody_listens_at_is_replaced() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let (_socket, _file) = listen_at(&path, 0o600, 1).unwrap();
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn one_that_somebody_listens_at_stays() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        let first = listen_at(&path, 0o600, 1).unwrap();
        assert_eq!(listen_at(&path, 0o600, 1).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        // Also where its queue is full: there is room for one beside the look before.
        let _waiting = UnixStream::connect(&path).unwrap();
        assert_eq!(listen_at(&path, 0o600, 1).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert!(path.exists());
        drop(first);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_no_socket_stays() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        fs::write(&path, "text").unwrap();
        assert_eq!(listen_at(&path, 0o600, 1).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
    }

    #[test]
    fn the_file_of_another_is_not_removed() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        let (_socket, file) = listen_at(&path, 0o600, 1).unwrap();
        fs::rename(&path, folder.path().join("b.sock")).unwrap();
        let _other = UnixListener::bind(&path).unwrap();
        drop(file);
        assert!(path.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_without_a_file_is_taken_once() {
        let name = format!("fingerpost-{}", std::process::id());
        let first = listen_as(&name, 1).unwrap();
        assert_eq!(listen_as(&name, 1).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(first);
        listen_as(&name, 1).unwrap();
    }
}
