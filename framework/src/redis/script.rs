//! [`Script`]: what Redis runs as one step, called by the SHA-1 of its text.

use std::fmt::Write;

use ::redis::{Cmd, ErrorKind, RedisError, ServerErrorKind};
use sha1::{Digest, Sha1};

/// A Lua script.
pub(crate) struct Script {
    text: &'static str,
    digest: String,
}

impl Script {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, digest: hex(&Sha1::digest(text)) }
    }

    /// The call of a script that Redis knows.
    pub(super) fn by_digest(&self, keys: &[&str], arguments: &[&str]) -> Cmd {
        call("EVALSHA", &self.digest, keys, arguments)
    }

    /// The call that tells it, too.
    pub(super) fn in_full(&self, keys: &[&str], arguments: &[&str]) -> Cmd {
        call("EVAL", self.text, keys, arguments)
    }
}

/// Whether this is what Redis answers to the digest of a script that it does not know.
pub(super) fn is_unknown(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn call(name: &str, script: &str, keys: &[&str], arguments: &[&str]) -> Cmd {
    let mut command = ::redis::cmd(name);
    command.arg(script).arg(keys.len()).arg(keys).arg(arguments);
    command
}
