use std::os::unix::fs::symlink;
use std::time::{Duration, UNIX_EPOCH};

use http::Method;
use tempfile::TempDir;

use super::*;
use crate::testing::{Client, TestResponse};
use crate::{Routes, Server, get, post, routes};

#[get("/api/version")]
async fn version() -> &'static str {
    "7"
}

#[post("/form")]
async fn form() {}

const ROUTES: Routes = routes![version, form];

/// A folder of files, gone with the test.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in [
        ("index.html", "<h1>root"),
        ("app.js", "let app"),
        ("app.js.br", "in br"),
        ("app.js.gz", "in gzip"),
        ("photo.png", "png"),
        ("photo.png.gz", "never"),
        ("old.css", "new style"),
        ("old.css.gz", "old style"),
        ("sub/index.html", "<h1>sub"),
        ("bare/a&b.txt", "text"),
        ("bare/.hidden", "hidden"),
        (".env", "secret"),
        (".well-known/security.txt", "contact"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = fs::File::create(&path).unwrap();
        io::Write::write_all(&mut file, content.as_bytes()).unwrap();
        let seconds = if name == "old.css.gz" { 784_111_000 } else { 784_111_777 };
        file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }
    folder
}

fn client(files: StaticFiles, prefix: &str) -> Client {
    Client::from(Server::new(ROUTES).mount(prefix, files))
}

async fn ask(client: &Client, target: &str, fields: &[(&'static str, &'static str)]) -> TestResponse {
    fields.iter().fold(client.get(target), |request, (name, value)| request.header(*name, *value)).await
}

#[server::test]
async fn files_are_answered_with_and_folders_by_their_index() {
    let folder = folder();
    for prefix in ["/", "/assets", "/a/b"] {
        let client = client(StaticFiles::new(folder.path()), prefix);
        let base = if prefix == "/" { "" } else { prefix };
        let rows = [
            ("/", 200, "<h1>root"),
            ("/index.html", 200, "<h1>root"),
            ("/app.js", 200, "let app"),
            ("/sub/", 200, "<h1>sub"),
            ("/bare/a%26b.txt", 200, "text"),
            ("/.well-known/security.txt", 200, "contact"),
        ];
        for (path, status, text) in rows {
            let response = ask(&client, &format!("{base}{path}"), &[]).await;
            assert_eq!((response.status().as_u16(), response.text()), (status, text), "{base}{path}");
            assert_eq!(response.header("cache-control"), Some("no-cache"));
        }
        for path in ["/none", "/sub/none", "/app.js/", "/app.js/x", "/bare/", "/.env", "/bare/.hidden"] {
            assert_eq!(ask(&client, &format!("{base}{path}"), &[]).await.status(), 404, "{base}{path}");
        }
        let moved = ask(&client, &format!("{base}/sub?a=b"), &[]).await;
        let location = format!("{base}/sub/?a=b");
        assert_eq!((moved.status().as_u16(), moved.header("location")), (308, Some(location.as_str())));
    }
    let client = client(StaticFiles::new(folder.path()), "/assets");
    assert_eq!(ask(&client, "/assets", &[]).await.header("location"), Some("/assets/"));
}

#[server::test]
async fn no_path_leads_out() {
    let folder = folder();
    let root = folder.path().join("sub");
    symlink("../app.js", root.join("out.js")).unwrap();
    symlink(folder.path().join("app.js"), root.join("absolute.js")).unwrap();
    symlink("index.html", root.join("near.html")).unwrap();
    let client = client(StaticFiles::new(&root).listing(true).dotfiles(true), "/");
    for path in [
        "/../app.js",
        "/%2e%2e/app.js",
        "/.%2E/app.js",
        "/..%2fapp.js",
        "/..%5capp.js",
        "/x/../../app.js",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/%2Fetc%2Fpasswd",
        "/out.js",
        "/absolute.js",
        "/near.html%00.js",
        "/%00",
        "/..",
        "/.",
        "/./",
        "/%252e%252e/app.js",
        "/%c0%ae%c0%ae/app.js",
        "/near.html/..",
        "/~root",
        "/proc/self/root",
        "/file:/etc/passwd",
    ] {
        let response = ask(&client, path, &[]).await;
        assert_eq!(response.status(), 404, "{path}: {}", response.text());
    }
    assert_eq!(ask(&client, "/near.html", &[]).await.text(), "<h1>sub");
}

#[server::test]
async fn what_lies_compressed_beside_it_is_sent_to_those_who_take_it() {
    let folder = folder();
    let client = client(StaticFiles::new(folder.path()), "/");
    let rows = [
        ("/app.js", "gzip, br", Some("br"), "in br"),
        ("/app.js", "gzip", Some("gzip"), "in gzip"),
        ("/app.js", "zstd", None, "let app"),
        ("/app.js", "br;q=0, *;q=0.1", Some("gzip"), "in gzip"),
        ("/app.js", "identity", None, "let app"),
        // It is older than what it was made of.
        ("/old.css", "gzip", None, "new style"),
    ];
    for (path, accepted, coding, text) in rows {
        let response = ask(&client, path, &[("accept-encoding", accepted)]).await;
        assert_eq!(
            (response.header("content-encoding"), response.text()),
            (coding, text),
            "{path} {accepted}"
        );
        assert_eq!(response.header("vary"), Some("accept-encoding"));
        assert!(response.header("content-type").unwrap().starts_with("text/"), "{response:?}");
    }
    let photo = ask(&client, "/photo.png", &[("accept-encoding", "gzip")]).await;
    assert_eq!((photo.text(), photo.header("vary")), ("png", None));
    let off = self::client(StaticFiles::new(folder.path()).precompressed(false), "/");
    let plain = ask(&off, "/app.js", &[("accept-encoding", "br")]).await;
    assert_eq!((plain.text(), plain.header("vary")), ("let app", None));
    let tag = async |accepted| {
        ask(&client, "/app.js", &[("accept-encoding", accepted)]).await.header("etag").unwrap().to_owned()
    };
    let (br, gzip, plain) = (tag("br").await, tag("gzip").await, tag("identity").await);
    assert!(br != gzip && gzip != plain && br != plain && br.ends_with("-br\""), "{br} {gzip} {plain}");
    let known = client.get("/app.js").header("accept-encoding", "br").header("if-none-match", &br).await;
    assert_eq!((known.status().as_u16(), known.header("vary")), (304, Some("accept-encoding")));
    let part = [("accept-encoding", "br"), ("range", "bytes=3-")];
    let part = ask(&client, "/app.js", &part).await;
    assert_eq!(
        (part.status().as_u16(), part.text(), part.header("content-encoding")),
        (206, "br", Some("br"))
    );
}

#[server::test]
async fn the_single_page_stands_in_for_pages_alone() {
    let folder = folder();
    let html = ("accept", "text/html,*/*;q=0.8");
    let at_root = client(StaticFiles::new(folder.path()).single_page("index.html"), "/");
    let rows = [
        ("/users/7", &[html][..], 200),
        ("/users/", &[html], 200),
        ("/users/7", &[], 200),
        ("/users/7", &[("accept", "application/json")], 404),
        ("/users/7.js", &[html], 404),
        ("/../x", &[html], 404),
        // What the table does not know there is the table's 404.
        ("/api/nothing", &[html], 404),
        ("/api", &[html], 404),
        ("/api/version/x", &[html], 404),
        ("/apix", &[html], 200),
    ];
    for (path, fields, status) in rows {
        let response = ask(&at_root, path, fields).await;
        assert_eq!(response.status().as_u16(), status, "{path} {fields:?}");
        assert_eq!(response.text() == "<h1>root", status == 200, "{path}");
    }
    assert_eq!(ask(&at_root, "/form", &[html]).await.status(), 405);
    let below = client(StaticFiles::new(folder.path()).single_page("index.html"), "/api");
    assert_eq!(ask(&below, "/api/nothing", &[html]).await.status(), 200);
    assert_eq!(ask(&below, "/api/version/x", &[html]).await.status(), 404);
}

#[server::test]
async fn a_listing_shows_what_can_be_asked_for() {
    let folder = folder();
    symlink("../.env", folder.path().join("bare/shown")).unwrap();
    symlink("/etc/passwd", folder.path().join("bare/passwd")).unwrap();
    let client = client(StaticFiles::new(folder.path()).listing(true), "/files");
    let page = ask(&client, "/files/bare/", &[]).await;
    assert_eq!((page.status().as_u16(), page.header("cache-control")), (200, Some("no-cache")));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let text = page.text();
    assert!(text.contains("<a href=\"./a%26b%2Etxt\">a&amp;b.txt</a><td>4 B<td>1994-11-06 08:49"), "{text}");
    assert!(!text.contains("hidden") && !text.contains("passwd") && text.contains("shown"), "{text}");
    assert_eq!(ask(&client, "/files/sub/", &[]).await.text(), "<h1>sub");
    let moved = ask(&client, "/files/bare", &[]).await;
    assert_eq!(moved.header("location"), Some("/files/bare/"));
}

#[server::test]
async fn other_methods_are_told_which_there_are() {
    let folder = folder();
    let client = client(StaticFiles::new(folder.path()), "/");
    for (method, status) in [(Method::OPTIONS, 204), (Method::PUT, 405), (Method::DELETE, 405)] {
        let response = client.request(method.clone(), "/app.js").await;
        assert_eq!(response.status().as_u16(), status, "{method}");
        assert_eq!(response.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
    let head = client.request(Method::HEAD, "/app.js").await;
    assert_eq!((head.bytes(), head.header("content-length")), (b"".as_slice(), Some("7")));
}

#[server::test]
async fn a_folder_put_in_its_place_is_seen_at_once() {
    let place = TempDir::new().unwrap();
    let (current, next) = (place.path().join("current"), place.path().join("next"));
    for (version, text) in [("1", "one"), ("2", "two")] {
        fs::create_dir(place.path().join(version)).unwrap();
        fs::write(place.path().join(version).join("a.txt"), text).unwrap();
    }
    symlink("1", &current).unwrap();
    let client = client(StaticFiles::new(&current), "/");
    assert_eq!(ask(&client, "/a.txt", &[]).await.text(), "one");
    symlink("2", &next).unwrap();
    fs::rename(&next, &current).unwrap();
    assert_eq!(ask(&client, "/a.txt", &[]).await.text(), "two");
    fs::remove_file(&current).unwrap();
    assert_eq!(ask(&client, "/a.txt", &[]).await.status(), 500);
}

#[test]
fn a_server_without_its_folder_does_not_start() {
    let check = |folder: &str| Mount::<()>::check(&StaticFiles::new(folder));
    let error = check("/no/such/folder").unwrap_err().to_string();
    assert!(error.starts_with("the folder of static files /no/such/folder cannot be opened: "), "{error}");
    assert!(check("/dev/null").is_err() && check("/").is_ok());
}
