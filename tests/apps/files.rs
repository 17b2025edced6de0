//! `book/listings`, the program `files`: what a folder answers over a real socket, and what leads nowhere.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::symlink;

use fingerpost_tests::App;
use tempfile::TempDir;

use super::programs::start_with;

const SECRET: &str = "nobody's business";

/// A folder to serve, with a secret beside it and others that only links lead to.
fn ground() -> TempDir {
    let ground = TempDir::new().unwrap();
    let public = ground.path().join("public");
    fs::create_dir_all(public.join("downloads/deep")).unwrap();
    fs::create_dir(public.join(".git")).unwrap();
    for (name, text) in [
        ("secret", SECRET),
        ("public/index.html", "<h1>page"),
        ("public/app.js", "app"),
        ("public/app.js.br", "br"),
        ("public/.env", SECRET),
        ("public/.git/config", SECRET),
        ("public/downloads/deep/a.txt", "deep"),
        ("public/back\\slash", SECRET),
    ] {
        fs::write(ground.path().join(name), text).unwrap();
    }
    symlink("../secret", public.join("link")).unwrap();
    symlink(ground.path().join("secret"), public.join("absolute")).unwrap();
    symlink("..", public.join("up")).unwrap();
    symlink("../../..", public.join("downloads/deep/far")).unwrap();
    symlink("app.js", public.join("near.js")).unwrap();
    ground
}

fn serve(ground: &TempDir) -> App {
    start_with("files", &[("PUBLIC", ground.path().join("public").to_str().unwrap())])
}

/// Sends bytes as they are, and reads to the end.
fn raw(app: &App, request: &[u8]) -> String {
    let mut socket = TcpStream::connect(app.address()).unwrap();
    socket.write_all(request).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(app: &App, target: &str, fields: &str) -> String {
    raw(app, format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{fields}\r\n").as_bytes())
}

#[test]
fn nothing_that_is_asked_for_leads_out() {
    let ground = ground();
    let app = serve(&ground);
    let secret = ground.path().join("secret");
    let absolute = secret.to_str().unwrap();
    let targets = [
        "/../secret",
        "/../../../../../../etc/passwd",
        "/downloads/../../secret",
        "/downloads/deep/../../../secret",
        "/..",
        "/%2e%2e/secret",
        "/%2e%2e%2fsecret",
        "/.%2e/secret",
        "/%2E%2E/%2E%2E/etc/passwd",
        "/%252e%252e/secret",
        "/%c0%ae%c0%ae/secret",
        "/..%c0%afsecret",
        "/..%5csecret",
        "/%5c..%5csecret",
        "/back%5Cslash",
        "/..%00/secret",
        "/secret%00",
        "/app.js%00.txt",
        "/%00",
        absolute,
        &format!("/{absolute}"),
        &format!("/{}", absolute.replace('/', "%2f")),
        "/%2fetc%2fpasswd",
        "//etc/passwd",
        "/C:/secret",
        "/c:%5csecret",
        "/file:///etc/passwd",
        "/link",
        "/absolute",
        "/up/secret",
        "/downloads/deep/far/secret",
        "/up/public/app.js",
        "/near.js/",
        "/.env",
        "/.git/config",
        "/%2egit/config",
        "/downloads/deep/a.txt/..",
        "/downloads/./deep/a.txt",
        "/...",
        "/~root/.bashrc",
        "/proc/self/environ",
        // In absolute-form, and a fragment that no request has.
        "http://a/../secret",
        "/../secret?x=/../",
    ];
    for target in targets {
        let answer = get(&app, target, "accept: */*\r\n");
        assert!(!answer.contains(SECRET) && !answer.contains("root:"), "{target}: {answer}");
        let status = answer.get(9..12).unwrap();
        // A path without a dot may be a page of the application.
        let is_page = answer.ends_with("<h1>page");
        assert!(status == "404" || status == "400" || is_page, "{target}: {answer}");
        let last = target.rsplit('/').next().unwrap();
        assert!(!is_page || !last.contains('.'), "{target}: {answer}");
    }
    for target in ["/near.js", "/app.js"] {
        assert!(get(&app, target, "").ends_with("\r\n\r\napp"), "{target}");
    }
    assert!(get(&app, "/downloads/", "").contains("./deep/"));
}

#[test]
fn a_redirect_never_leads_to_another_host() {
    let ground = ground();
    fs::create_dir_all(ground.path().join("public/evil.example")).unwrap();
    let app = serve(&ground);
    let moved = get(&app, "/evil.example?a=b", "");
    assert!(moved.contains("\r\nlocation: /evil.example/?a=b\r\n"), "{moved}");
    for target in
        ["//evil.example", "///evil.example", "/%2fevil.example", "/%5cevil.example", "/.//evil.example"]
    {
        let answer = get(&app, target, "");
        assert!(answer.starts_with("HTTP/1.1 404") && !answer.contains("location"), "{target}: {answer}");
    }
}

#[test]
fn files_are_whole_compressed_or_in_parts() {
    let ground = ground();
    let app = serve(&ground);
    let br = get(&app, "/app.js", "accept-encoding: gzip, br\r\n");
    assert!(br.contains("\r\ncontent-encoding: br\r\n") && br.ends_with("\r\n\r\nbr"), "{br}");
    let part = get(&app, "/app.js", "range: bytes=1-\r\n");
    assert!(part.starts_with("HTTP/1.1 206") && part.ends_with("\r\n\r\npp"), "{part}");
    let many = format!("range: bytes={}\r\n", (0..3000).map(|_| "0-").collect::<Vec<_>>().join(","));
    assert!(get(&app, "/app.js", &many).starts_with("HTTP/1.1 200"));
    let page = get(&app, "/books/emma", "");
    assert!(page.ends_with("<h1>page"), "{page}");
    assert!(get(&app, "/api/books", "").starts_with("HTTP/1.1 404"));
    assert!(get(&app, "/api/version", "").ends_with("\r\n\r\n7\n"));
    assert!(get(&app, "/downloads", "").contains("\r\nlocation: /downloads/\r\n"));
    let shipped = get(&app, "/shipped/downloads/notice.txt", "range: bytes=0-7\r\n");
    assert!(shipped.starts_with("HTTP/1.1 206") && shipped.ends_with("\r\n\r\nReturned"), "{shipped}");
    assert!(get(&app, "/shipped/../secret", "").starts_with("HTTP/1.1 404"));
}

#[test]
fn a_server_without_its_folder_says_so() {
    let error = super::programs::try_start("files", &[("PUBLIC", "/no/such/folder")]).unwrap_err();
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
}

/// A figure of `/proc/PID/status`, in KiB.
#[cfg(target_os = "linux")]
fn memory(app: &App, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", app.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches([':', ' ', '\t']).split(' ').next().unwrap().parse().unwrap()
}

/// Many clients at once, none of which is given what another one is, and a file larger than what the server ever holds.
#[cfg(target_os = "linux")]
#[test]
fn a_large_file_costs_no_more_memory_than_a_small_one() {
    const LEN: u64 = 96 << 20;
    let ground = ground();
    let large = ground.path().join("public/downloads/large.bin");
    fs::File::create(&large).unwrap().set_len(LEN).unwrap();
    let app = serve(&ground);
    get(&app, "/app.js", "");
    let before = memory(&app, "VmHWM");
    let mut socket = TcpStream::connect(app.address()).unwrap();
    socket.write_all(b"GET /downloads/large.bin HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut chunk = vec![1; 1 << 20];
    let (mut head, mut read) = (None, 0);
    loop {
        let len = socket.read(&mut chunk).unwrap();
        if len == 0 {
            break;
        }
        head.get_or_insert_with(|| chunk.windows(4).position(|end| end == b"\r\n\r\n").unwrap() as u64 + 4);
        read += len as u64;
    }
    assert_eq!(read - head.unwrap(), LEN);
    let grown = memory(&app, "VmHWM") - before;
    assert!(grown < 16 << 10, "{grown} KiB more");
}

/// A file that is cut while it is sent ends the connection: no client takes it for whole.
#[test]
fn a_file_that_shrinks_is_not_sent_as_a_whole() {
    const LEN: u64 = 64 << 20;
    let ground = ground();
    let path = ground.path().join("public/downloads/shrinks.bin");
    let file = fs::File::create(&path).unwrap();
    file.set_len(LEN).unwrap();
    let app = serve(&ground);
    let mut socket = TcpStream::connect(app.address()).unwrap();
    socket.write_all(b"GET /downloads/shrinks.bin HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut start = [0; 1000];
    socket.read_exact(&mut start).unwrap();
    assert!(start.starts_with(b"HTTP/1.1 200 OK\r\n"));
    // What the sockets hold is less than the rest.
    file.set_len(1000).unwrap();
    let mut rest = Vec::new();
    // An end, or a reset: either tells.
    let _ = socket.read_to_end(&mut rest);
    assert!((rest.len() as u64) < LEN - 1000, "{} bytes", rest.len());
    app.log_with("the file shrank from");
}
