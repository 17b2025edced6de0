//! Logs of a real process: its access log as it comes out of it, what is in it, and what becomes of it when nobody
//! takes it.

#[path = "logs/lines.rs"]
mod lines;
#[path = "logs/names.rs"]
mod names;
#[path = "logs/sinks.rs"]
mod sinks;

use std::io::{BufRead, BufReader, PipeReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use fingerpost_tests::App;
use serde_json::Value;

use super::programs::program;

/// The longest time for anything that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The book's program, with its standard output.
struct Logged {
    app: App,
    lines: BufReader<PipeReader>,
}

impl Logged {
    #[track_caller]
    fn start(settings: &[(&str, &str)]) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        let app = App::launch_into(Command::new(program("logs")), settings, writer).unwrap();
        Self { app, lines: BufReader::new(reader) }
    }

    /// The next line, without its line feed; where none comes the test's own limit ends it.
    #[track_caller]
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(
            self.lines.read_line(&mut line).unwrap() > 0,
            "an end in place of a line: {}",
            self.app.log()
        );
        assert_eq!(line.pop(), Some('\n'));
        line
    }

    #[track_caller]
    fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Ends the program, and gives what it still wrote.
    fn rest(mut self) -> String {
        self.app.terminate().unwrap();
        self.app.wait().unwrap();
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        rest
    }
}

/// Sends these bytes, and reads until the server closes.
#[track_caller]
fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Waits until something holds.
#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "it never came to that");
        std::thread::sleep(Duration::from_millis(20));
    }
}
