//! A socket by the number of its descriptor.
//!
//! Sockets that another program leaves to us have no other name, and std gives a handle for a number in unsafe code
//! alone. It is asked for the least: the number is borrowed for two calls of fcntl(2), which fail where nothing is
//! open there, and what is owned is a duplicate. So no number, whatever it stands for, can make the program close
//! a descriptor that is somebody else's. The test below asks for each number there may be.
#![expect(unsafe_code, reason = "a descriptor that is known by its number only")]

use std::io;
use std::os::fd::{BorrowedFd, RawFd};

use socket2::{SockRef, Socket};

/// Duplicates the descriptor `fd`, and lets neither be inherited by other programs.
pub(super) fn duplicate(fd: RawFd) -> io::Result<Socket> {
    if fd < 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: it is not -1, as was looked at. It stays open while it is borrowed, which is in here only: whoever set
    // `LISTEN_FDS` opened it for the life of this process. Where that is not so, the calls fail with EBADF.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    let socket = Socket::from(borrowed.try_clone_to_owned()?);
    SockRef::from(&borrowed).set_cloexec(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn any_number_is_an_error_or_a_duplicate() {
        let file = std::fs::File::open("/dev/null").unwrap();
        for fd in (-2..2000).chain([RawFd::MIN, RawFd::MAX]) {
            let duplicate = duplicate(fd);
            assert!(duplicate.is_err() || duplicate.is_ok_and(|socket| socket.as_raw_fd() != fd), "{fd}");
        }
        assert!(file.metadata().is_ok(), "still open");
    }
}
