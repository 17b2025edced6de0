//! What the system tells of a process: memory, files, processor time (proc(5)).

use std::fs;
use std::io;

/// A running process, looked at from outside.
#[derive(Clone, Copy, Debug)]
pub struct Process {
    id: u32,
}

impl Process {
    /// Names a process by its number.
    pub fn new(id: u32) -> Self {
        Self { id }
    }

    /// Resident memory, in bytes.
    ///
    /// # Errors
    ///
    /// Where the process has ended, or the system tells nothing of the kind.
    pub fn resident(self) -> io::Result<u64> {
        self.status("VmRSS:")
    }

    /// The most resident memory since the start, or since [`Process::forget_peak`], in bytes.
    ///
    /// # Errors
    ///
    /// Those of [`Process::resident`].
    pub fn peak(self) -> io::Result<u64> {
        self.status("VmHWM:")
    }

    /// Lets the peak begin at what is resident now.
    ///
    /// # Errors
    ///
    /// Where the system does not allow it.
    pub fn forget_peak(self) -> io::Result<()> {
        fs::write(self.path("clear_refs"), "5")
    }

    /// How many files it has open.
    ///
    /// # Errors
    ///
    /// Where the process has ended, or belongs to somebody else.
    pub fn files(self) -> io::Result<usize> {
        Ok(fs::read_dir(self.path("fd"))?.count())
    }

    /// The processor time that it has used so far, in seconds.
    ///
    /// # Errors
    ///
    /// Those of [`Process::resident`].
    pub fn processor_time(self) -> io::Result<f64> {
        let stat = fs::read_to_string(self.path("stat"))?;
        ticks(&stat).map(|ticks| ticks as f64 / TICKS_PER_SEC).ok_or_else(|| unknown("stat"))
    }

    fn status(self, field: &str) -> io::Result<u64> {
        kibibytes(&fs::read_to_string(self.path("status"))?, field).ok_or_else(|| unknown(field))
    }

    fn path(self, file: &str) -> String {
        format!("/proc/{}/{file}", self.id)
    }
}

/// What Linux counts processor time in, on every machine that it runs on today (`getconf CLK_TCK`).
const TICKS_PER_SEC: f64 = 100.0;

/// User and system time: the 14th and 15th field, counted behind the name, which may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let (user, system) = (fields.next()?, fields.next()?);
    Some(user.parse::<u64>().ok()? + system.parse::<u64>().ok()?)
}

/// A field of `/proc/<pid>/status`, such as `VmRSS:  1234 kB`, in bytes.
fn kibibytes(status: &str, field: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(value.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

fn unknown(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("the system does not tell {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_system_writes() {
        assert_eq!(kibibytes("Name:\tx\nVmRSS:\t    1234 kB\n", "VmRSS:"), Some(1234 * 1024));
        assert_eq!(kibibytes("Name:\tx\n", "VmRSS:"), None);
        assert_eq!(ticks("7 (a ) b) S 1 1 1 0 -1 4 100 0 0 0 25 17 0 0 20"), Some(42));
        assert_eq!(ticks("7 (a"), None);
    }

    #[test]
    fn looks_at_this_process() {
        let process = Process::new(std::process::id());
        let held = vec![1_u8; 8 << 20];
        assert!(process.resident().unwrap() > 1 << 20, "{}", held.len());
        assert!(process.peak().unwrap() >= 8 << 20);
        assert!(process.files().unwrap() >= 3);
        assert!(process.processor_time().unwrap() >= 0.0);
    }
}
