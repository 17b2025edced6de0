//! A real browser, as a person uses it: headless Chromium, steered over WebDriver (W3C) by Debian's `chromedriver`.
//!
//! Where either is missing a test fails, and says what installs them. Each browser has a profile of its own, which is
//! removed with it. Nothing here sleeps: what is looked for is waited for by the browser.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The longest time for one command; a browser that starts on a busy machine takes long.
const PATIENCE: Duration = Duration::from_secs(90);

/// The longest time that an element is waited for, in milliseconds.
const IMPLICIT_WAIT_MS: u32 = 20_000;

/// The member of an element's reference (WebDriver §12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window; dropping it ends it.
pub(crate) struct Browser {
    driver: Driver,
    session: String,
    /// Removed last, when nothing writes there any more.
    _profile: Folder,
}

impl Browser {
    /// Starts one with a fresh profile.
    #[track_caller]
    pub(crate) fn start() -> Self {
        let profile = Folder::new("browser");
        let driver = Driver::start(&profile.0);
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.0.join("profile").display()));
        let options = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "timeouts": { "implicit": IMPLICIT_WAIT_MS },
        });
        let made = driver.call("POST", "/session", &json!({ "capabilities": { "alwaysMatch": options } }));
        let session = format!("/session/{}", member(&made, "sessionId"));
        Self { driver, session, _profile: profile }
    }

    /// Goes to `url` and waits until the page is there.
    #[track_caller]
    pub(crate) fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// Loads the page anew.
    #[track_caller]
    pub(crate) fn reload(&self) {
        self.post("/refresh", &json!({}));
    }

    /// Where it is.
    #[track_caller]
    pub(crate) fn url(&self) -> String {
        self.get("/url")
    }

    /// Types into the field that `selector` finds, which is empty; into a file's field, the path to one.
    #[track_caller]
    pub(crate) fn enter(&self, selector: &str, text: &str) {
        self.post(&format!("{}/value", self.element(selector)), &json!({ "text": text }));
    }

    /// Removes what is in a field.
    #[track_caller]
    pub(crate) fn clear(&self, selector: &str) {
        self.post(&format!("{}/clear", self.element(selector)), &json!({}));
    }

    /// Clicks, and waits for the page that this leads to.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        self.post(&format!("{}/click", self.element(selector)), &json!({}));
    }

    /// The text that a reader sees.
    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        self.get(&format!("{}/text", self.element(selector)))
    }

    /// What is in a field.
    #[track_caller]
    pub(crate) fn value(&self, selector: &str) -> String {
        self.get(&format!("{}/property/value", self.element(selector)))
    }

    /// An attribute of an element.
    #[track_caller]
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> String {
        self.get(&format!("{}/attribute/{name}", self.element(selector)))
    }

    /// The name that a reader who hears the page is told (ARIA).
    #[track_caller]
    pub(crate) fn label(&self, selector: &str) -> String {
        self.get(&format!("{}/computedlabel", self.element(selector)))
    }

    /// How many elements `selector` finds now, on a page that is there.
    #[track_caller]
    pub(crate) fn count(&self, selector: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.post("/execute/sync", &json!({ "script": script, "args": [selector] })).as_u64().unwrap()
    }

    /// What is seen, as a PNG.
    #[track_caller]
    pub(crate) fn picture(&self) -> Vec<u8> {
        STANDARD.decode(self.get("/screenshot")).unwrap()
    }

    /// What the browser complained of in its console, such as a breach of the page's policy.
    #[track_caller]
    pub(crate) fn complaints(&self) -> Vec<Value> {
        let found = self.post("/se/log", &json!({ "type": "browser" }));
        found.as_array().unwrap().clone()
    }

    /// Gives the window this size.
    #[track_caller]
    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.post("/window/rect", &json!({ "width": width, "height": height }));
    }

    /// The cookies of the page, with their attributes.
    #[track_caller]
    pub(crate) fn cookies(&self) -> Vec<Value> {
        self.driver.call("GET", &format!("{}/cookie", self.session), &Value::Null).as_array().unwrap().clone()
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let found = self.post("/element", &json!({ "using": "css selector", "value": selector }));
        format!("/element/{}", member(&found, ELEMENT))
    }

    #[track_caller]
    fn post(&self, command: &str, arguments: &Value) -> Value {
        self.driver.call("POST", &format!("{}{command}", self.session), arguments)
    }

    #[track_caller]
    fn get(&self, command: &str) -> String {
        let value = self.driver.call("GET", &format!("{}{command}", self.session), &Value::Null);
        value.as_str().unwrap_or_else(|| panic!("{command}: {value}")).to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends what is left; a test that failed has told why already.
        let _ = self.driver.exchange("DELETE", &self.session, &Value::Null);
    }
}

/// A running `chromedriver`.
struct Driver {
    child: Child,
    address: SocketAddr,
    /// Reads its output to the end, so that it never waits for us.
    reader: Option<JoinHandle<()>>,
}

impl Driver {
    /// Starts one on a free port; `home` is where it and the browser write.
    #[track_caller]
    fn start(home: &Path) -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").env("HOME", home).env("TMPDIR", home);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!(
                "chromedriver: {error}: `cargo xtask test` installs it (Debian's package is chromium-driver)"
            )
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| port(&line));
        let reader = std::thread::spawn(move || lines.for_each(drop));
        let mut driver = Self { child, address: ([127, 0, 0, 1], 0).into(), reader: Some(reader) };
        driver.address.set_port(port.unwrap_or_else(|| panic!("chromedriver ended without a port")));
        driver
    }

    /// Sends a command and returns its value.
    #[track_caller]
    fn call(&self, method: &str, target: &str, arguments: &Value) -> Value {
        let (status, mut document) = self
            .exchange(method, target, arguments)
            .unwrap_or_else(|error| panic!("{method} {target} {arguments}: {error}"));
        assert_eq!(status, "200", "{method} {target} {arguments}: {document}");
        document.get_mut("value").unwrap().take()
    }

    /// Sends a command on a connection of its own; returns the answer's status and body. The driver leaves the connection
    /// open, whatever it was asked: the answer ends where its length says.
    fn exchange(&self, method: &str, target: &str, arguments: &Value) -> io::Result<(String, Value)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = if arguments.is_null() { String::new() } else { arguments.to_string() };
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        )?;
        let mut stream = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_ascii_lowercase()),
            }
        }
        let status = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
        let len = head.iter().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        let mut body =
            vec![0; len.ok_or_else(|| io::Error::other(format!("an answer without a length: {head:?}")))?];
        stream.read_exact(&mut body)?;
        Ok((status, serde_json::from_slice(&body)?))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A browser that outlives it could hold the pipe: the reader ends with the test.
        drop(self.reader.take());
    }
}

/// A member of a value that is text.
#[track_caller]
fn member<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("expected {name} in {value}"))
}

/// The port in `ChromeDriver was started successfully on port 41233.`.
fn port(line: &str) -> Option<u16> {
    line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
}

/// A folder of a test's own, removed when dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{name}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the build's own folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
