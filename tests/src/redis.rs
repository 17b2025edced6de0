//! A real Redis for tests: Debian's `redis-server`, on a free port, with nothing on disk, ended when dropped.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The longest time from its start to its first answer.
const START: Duration = Duration::from_secs(20);
/// The longest time without a byte.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often another port is tried: somebody may take a free one before Redis does.
const TRIES: usize = 5;

/// A running Redis; dropping it ends it.
#[derive(Debug)]
pub struct RedisServer {
    /// `None` while it is stopped.
    child: Option<Child>,
    address: SocketAddr,
}

impl RedisServer {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    ///
    /// Where `redis-server` (Debian's package of this name) is not there, or does not answer in 20 s.
    pub fn start() -> io::Result<Self> {
        let mut last = io::Error::other("no port is free");
        for _ in 0..TRIES {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
            let mut server = Self { child: None, address: port };
            match server.go() {
                Ok(()) => return Ok(server),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(io::Error::new(
                        error.kind(),
                        "redis-server is missing: install the package of this name",
                    ));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Starts it again, on the same port, without what it knew.
    ///
    /// # Errors
    ///
    /// As [`RedisServer::start`].
    pub fn go(&mut self) -> io::Result<()> {
        self.stop();
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.address.port().to_string(), "--bind", "127.0.0.1"]);
        command.args(["--save", "", "--appendonly", "no", "--dir", "/tmp", "--daemonize", "no"]);
        self.child = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        let deadline = Instant::now() + START;
        loop {
            match self.ask(&["PING"]) {
                Ok(answer) if answer == "+PONG\r\n" => return Ok(()),
                Ok(_) | Err(_) if Instant::now() >= deadline => {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "redis-server does not answer"));
                }
                Ok(_) | Err(_) => {}
            }
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                return Err(io::Error::other(format!("redis-server ended with {status}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself, which is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Has it stand still, with its connections open, until [`RedisServer::resume`].
    ///
    /// # Errors
    ///
    /// Where it cannot be told so.
    pub fn pause(&self) -> io::Result<()> {
        self.signal("STOP")
    }

    /// Has it go on.
    ///
    /// # Errors
    ///
    /// Where it cannot be told so.
    pub fn resume(&self) -> io::Result<()> {
        self.signal("CONT")
    }

    /// What names it to a client.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Sends one command on a connection of its own, and gives the answer as it came, of 64 KiB at most.
    ///
    /// # Errors
    ///
    /// Where the socket fails, or nothing comes for 20 s.
    pub fn ask(&self, words: &[&str]) -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut command = format!("*{}\r\n", words.len());
        for word in words {
            command.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        // What is asked behind it tells where its answer ends.
        command.push_str("*1\r\n$4\r\nPING\r\n");
        stream.write_all(command.as_bytes())?;
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        while !answer.ends_with(b"+PONG\r\n") || (words == ["PING"] && answer.len() < 14) {
            match stream.read(&mut buffer)? {
                0 => break,
                len => answer.extend(buffer.iter().take(len)),
            }
            if answer.len() > 64 * 1024 {
                return Err(io::Error::other("the answer is too long"));
            }
        }
        let len = answer.len().saturating_sub(b"+PONG\r\n".len());
        answer.truncate(len);
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn signal(&self, name: &str) -> io::Result<()> {
        let Some(child) = &self.child else { return Err(io::Error::other("it is not running")) };
        // Our child is not waited for before it is taken, so that the number cannot be another's.
        let signal = format!("kill -{name} {}", child.id());
        let status = Command::new("sh").args(["-c", &signal]).stdin(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other("the signal was not sent")) }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
