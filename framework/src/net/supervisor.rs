//! Whoever started the program and wants to know how it is: the protocol of sd_notify(3).
//!
//! Its messages are datagrams of lines `NAME=value`, sent to the socket that `NOTIFY_SOCKET` names. That the server
//! is ready, that it reads files again, that it stops, and, where `WATCHDOG_USEC` asks for it, twice in that time
//! that its workers are alive: a program whose workers stand still says nothing, and is started anew. A message that
//! cannot be sent is lost; nobody stops serving for it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::future::pending;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::Vitals;
use crate::http::Shutdown;

/// The one that started the program, where it wants to be told.
#[derive(Debug, Default)]
pub(crate) struct Supervisor {
    socket: Option<(UnixDatagram, SocketAddr)>,
    /// The longest time between two signs of life.
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// The one that `variables` of the process `id` speak of.
    pub(crate) fn of(variables: impl Iterator<Item = (OsString, OsString)>, id: u32) -> Self {
        let (mut socket, mut watchdog, mut watched) = (None, None, Some(id));
        for (name, value) in variables {
            match name.to_str() {
                Some("NOTIFY_SOCKET") => socket = Some(value),
                Some("WATCHDOG_USEC") => watchdog = value.to_str().and_then(|text| text.parse().ok()),
                Some("WATCHDOG_PID") => watched = value.to_str().and_then(|text| text.parse().ok()),
                Some(_) | None => {}
            }
        }
        let Some(name) = socket else { return Self::default() };
        let Some(addr) = addr(&name) else {
            tracing::warn!(socket = %name.display(), "`NOTIFY_SOCKET` is no Unix socket; nobody is told how this program is");
            return Self::default();
        };
        let socket = UnixDatagram::unbound().and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
        // The variables are another process's where it left them to a child.
        let watchdog =
            watchdog.filter(|&micros| micros > 0 && watched == Some(id)).map(Duration::from_micros);
        Self { socket: socket.ok().map(|socket| (socket, addr)), watchdog }
    }

    /// Whether there is one.
    pub(crate) fn is_there(&self) -> bool {
        self.socket.is_some()
    }

    /// Whether it wants signs of life.
    pub(crate) fn is_watching(&self) -> bool {
        self.socket.is_some() && self.watchdog.is_some()
    }

    /// Says that the server serves, and `status`, for people.
    pub(crate) fn ready(&self, status: impl fmt::Display) {
        self.tell(&format!("READY=1\nSTATUS={}", crate::log::Escaped(&status.to_string())));
    }

    /// Says that files are read again; [`Supervisor::ready`] says that it is done.
    pub(crate) fn reloading(&self) {
        if self.is_there() {
            let since = now().map_or_else(String::new, |micros| format!("\nMONOTONIC_USEC={micros}"));
            self.tell(&format!("RELOADING=1{since}\nSTATUS=reading files again"));
        }
    }

    /// Says that the server stops, which may take so long.
    pub(super) fn stopping(&self, requests: usize, longest: Duration) {
        let micros = longest.as_micros();
        self.tell(&format!(
            "STOPPING=1\nEXTEND_TIMEOUT_USEC={micros}\nSTATUS=draining, {requests} requests in flight"
        ));
    }

    /// Gives signs of life, for as long as there is one in the workers; never ends.
    pub(crate) async fn watch(&self, vitals: &Vitals, shutdown: &Shutdown) {
        let Some(watchdog) = self.watchdog.filter(|_| self.is_watching()) else { return pending().await };
        let pause = watchdog / 2;
        let mut ticks = interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let signs = vitals.signs(pause, shutdown.is_draining());
            let stuck: Vec<_> =
                signs.iter().filter(|sign| sign.stuck.is_some()).map(|sign| &*sign.name).collect();
            if stuck.is_empty() {
                self.tell("WATCHDOG=1");
            } else {
                tracing::error!(stuck = stuck.join(", "), "no sign of life is given, as these do not move");
            }
        }
    }

    fn tell(&self, message: &str) {
        let Some((socket, addr)) = &self.socket else { return };
        if let Err(error) = socket.send_to_addr(message.as_bytes(), addr) {
            tracing::debug!(%error, "`NOTIFY_SOCKET` could not be told");
        }
    }
}

/// Microseconds of the monotonic clock, or a little more: std tells nobody what its clock shows.
///
/// By them the supervisor knows that an answer is one to its own signal: it was given later. So hundredths of a second are
/// rounded up, and time that the machine has slept, which Linux counts here, does no harm.
fn now() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = text.split_whitespace().next()?.split_once('.')?;
    let hundredths: u64 = hundredths.get(..2)?.parse().ok()?;
    let seconds: u64 = seconds.parse().ok()?;
    Some(seconds * 1_000_000 + (hundredths + 1) * 10_000)
}

/// The address of a path, or of a name behind `@`, which has no file.
fn addr(name: &OsStr) -> Option<SocketAddr> {
    match name.as_bytes() {
        [b'/', ..] => SocketAddr::from_pathname(name).ok(),
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => {
            use std::os::linux::net::SocketAddrExt;
            SocketAddr::from_abstract_name(name).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: u32 = 4711;

    fn supervisor(variables: &[(&str, &str)]) -> Supervisor {
        let variables = variables.iter().map(|&(name, value)| (name.into(), value.into()));
        Supervisor::of(variables, US)
    }

    fn receive(socket: &UnixDatagram) -> String {
        let mut message = [0; 1024];
        let len = socket.recv(&mut message).unwrap();
        String::from_utf8(message[..len].to_vec()).unwrap()
    }

    #[test]
    fn tells_who_listens_at_a_path_or_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let at_path = UnixDatagram::bind(&path).unwrap();
        let mut sockets = vec![(at_path, path.to_str().unwrap().to_owned())];
        #[cfg(target_os = "linux")]
        {
            use std::os::linux::net::SocketAddrExt;
            let name = format!("fingerpost-notify-{}", std::process::id());
            let addr = SocketAddr::from_abstract_name(&name).unwrap();
            sockets.push((UnixDatagram::bind_addr(&addr).unwrap(), format!("@{name}")));
        }
        for (socket, name) in sockets {
            let supervisor = supervisor(&[("NOTIFY_SOCKET", &name)]);
            supervisor.ready("at http://127.0.0.1:80\nREADY=0");
            assert_eq!(receive(&socket), "READY=1\nSTATUS=at http://127.0.0.1:80\\nREADY=0");
            supervisor.reloading();
            let reloading = receive(&socket);
            let micros = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
            let micros: u64 = micros.strip_suffix("\nSTATUS=reading files again").unwrap().parse().unwrap();
            let later = now().unwrap();
            assert!((1..=later).contains(&micros) && later - micros < 20_000_000, "{micros} {later}");
            supervisor.stopping(3, Duration::from_secs(31));
            let expected = "STOPPING=1\nEXTEND_TIMEOUT_USEC=31000000\nSTATUS=draining, 3 requests in flight";
            assert_eq!(receive(&socket), expected);
        }
    }

    #[test]
    fn nobody_is_told_where_nobody_asks_or_listens() {
        for variables in [
            &[][..],
            &[("NOTIFY_SOCKET", "relative")],
            &[("NOTIFY_SOCKET", "/no/such/socket")],
            &[("NOTIFY_SOCKET", "")],
        ] {
            let supervisor = supervisor(variables);
            supervisor.ready("here");
            supervisor.reloading();
            assert!(!supervisor.is_watching(), "{variables:?}");
        }
    }

    #[test]
    fn signs_of_life_are_for_the_process_that_is_named() {
        let rows: [(&[(&str, &str)], bool); 6] = [
            (&[("WATCHDOG_USEC", "1000")], true),
            (&[("WATCHDOG_USEC", "1000"), ("WATCHDOG_PID", "4711")], true),
            (&[("WATCHDOG_USEC", "1000"), ("WATCHDOG_PID", "4712")], false),
            (&[("WATCHDOG_USEC", "1000"), ("WATCHDOG_PID", "us")], false),
            (&[("WATCHDOG_USEC", "0")], false),
            (&[("WATCHDOG_USEC", "soon")], false),
        ];
        for (variables, expected) in rows {
            let supervisor = supervisor(&[&[("NOTIFY_SOCKET", "/a")], variables].concat());
            assert_eq!(supervisor.is_watching(), expected, "{variables:?}");
        }
        assert!(!supervisor(&[("WATCHDOG_USEC", "1000")]).is_watching());
    }
}
