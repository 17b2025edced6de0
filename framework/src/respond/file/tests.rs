use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use http::Method;
use tempfile::TempDir;

use super::*;
use crate::testing::{Client, TestResponse};
use crate::{Attachment, Cache, Provides, Routes, State, get, routes};

/// Long ago, with a part of a second.
const OLD: Duration = Duration::from_millis(784_111_777_900);
const OLD_DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
/// More than one chunk, and no whole number of them.
const LARGE: usize = 3 * 65_536 + 17;

/// A folder with files, gone with the test.
#[derive(Clone)]
struct Folder(std::sync::Arc<TempDir>);

impl Provides<Self> for Folder {
    fn provide(&self) -> &Self {
        self
    }
}

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap().into());
        folder.put("small.txt", b"0123456789", OLD);
        folder.put("large.bin", &bytes(LARGE), OLD);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, content: &[u8], changed: Duration) {
        let mut file = fs::File::create(self.path(name)).unwrap();
        file.write_all(content).unwrap();
        file.set_modified(UNIX_EPOCH + changed).unwrap();
    }

    fn client(&self) -> Client {
        Client::with_state(ROUTES, self.clone())
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

#[get("/files/:name", state = Folder)]
async fn file(name: &str, folder: State<Folder>) -> Result<File, FileError> {
    File::open(folder.path(name)).await
}

#[get("/saved/:name", state = Folder)]
async fn saved(name: &str, folder: State<Folder>) -> crate::Result<(Attachment, Cache, ETag, File)> {
    let file = File::open(folder.path(name)).await?;
    Ok((Attachment::named(name), Cache::revalidate(), ETag::strong("own"), file))
}

const ROUTES: Routes<Folder> = routes![file, saved];

async fn get(folder: &Folder, name: &str, fields: &[(&'static str, &str)]) -> TestResponse {
    let request = folder.client().get(&format!("/files/{name}"));
    fields.iter().fold(request, |request, (name, value)| request.header(*name, *value)).await
}

#[server::test]
async fn says_what_it_is_and_since_when() {
    let folder = Folder::new();
    let rows = [
        ("small.txt", "text/plain; charset=utf-8", bytes(0), "\"2ebc98a1.35a4e900-a\""),
        ("large.bin", "application/octet-stream", bytes(LARGE), "\"2ebc98a1.35a4e900-30011\""),
    ];
    for (name, content_type, content, etag) in rows {
        let content = if content.is_empty() { b"0123456789".to_vec() } else { content };
        for method in [Method::GET, Method::HEAD] {
            let response = folder.client().request(method.clone(), &format!("/files/{name}")).await;
            let fields = ["content-type", "content-length", "last-modified", "etag", "accept-ranges"];
            let len = content.len().to_string();
            let expected = [content_type, &len, OLD_DATE, etag, "bytes"].map(Some);
            assert_eq!(fields.map(|field| response.header(field)), expected, "{method} {name}");
            let body = if method == Method::HEAD { b"".as_slice() } else { &content };
            assert!(response.bytes() == body, "{method} {name}: {} bytes", response.bytes().len());
        }
    }
}

#[server::test]
async fn parts_of_it_are_read_where_they_stand() {
    let folder = Folder::new();
    let content = bytes(LARGE);
    for range in [0..1, 65_535..65_537, 100_000..LARGE, LARGE - 1..LARGE, 0..LARGE] {
        let field = format!("bytes={}-{}", range.start, range.end - 1);
        let response = get(&folder, "large.bin", &[("range", &field)]).await;
        assert_eq!(response.status(), 206);
        assert!(response.bytes() == &content[range.clone()], "{field}");
    }
    let response = get(&folder, "large.bin", &[("range", "bytes=190000-,0-70000,-1")]).await;
    let expected = [&content[190_000..], &content[..70_001]];
    let held = |part: &&[u8]| response.bytes().windows(part.len()).any(|window| window == *part);
    assert!(response.status() == 206 && expected.iter().all(held));
    let response = get(&folder, "small.txt", &[("range", "bytes=3-4"), ("if-range", OLD_DATE)]).await;
    assert_eq!((response.status().as_u16(), response.text()), (206, "34"));
    let outside = get(&folder, "large.bin", &[("range", "bytes=500000-")]).await;
    let len = format!("bytes */{LARGE}");
    assert_eq!((outside.status().as_u16(), outside.header("content-range")), (416, Some(len.as_str())));
}

#[server::test]
async fn conditions_are_held_against_it() {
    let folder = Folder::new();
    let etag = get(&folder, "small.txt", &[]).await.header("etag").unwrap().to_owned();
    let rows = [
        (("if-none-match", etag.as_str()), 304),
        (("if-none-match", "\"other\""), 200),
        (("if-match", etag.as_str()), 200),
        (("if-match", "\"other\""), 412),
        (("if-modified-since", OLD_DATE), 304),
        (("if-unmodified-since", OLD_DATE), 200),
    ];
    for (condition, status) in rows {
        assert_eq!(get(&folder, "small.txt", &[condition]).await.status().as_u16(), status, "{condition:?}");
    }
}

#[server::test]
async fn parts_in_front_change_it() {
    let folder = Folder::new();
    let response = folder.client().get("/saved/small.txt").header("range", "bytes=0-0").await;
    assert_eq!((response.status().as_u16(), response.text()), (206, "0"));
    let fields = ["content-disposition", "cache-control", "etag", "content-type"];
    let expected = ["attachment; filename=\"small.txt\"", "no-cache", "\"own\"", "text/plain; charset=utf-8"];
    assert_eq!(fields.map(|field| response.header(field)), expected.map(Some));
}

#[server::test]
async fn what_is_no_file_is_not_found() {
    let folder = Folder::new();
    fs::create_dir(folder.path("sub")).unwrap();
    let long = "x".repeat(300);
    for name in ["none", "sub", "small.txt%2Fx", "a%00b", &long] {
        let response = get(&folder, name, &[]).await;
        assert_eq!(response.status(), 404, "{name}");
        assert!(!response.text().contains(folder.path("").to_str().unwrap()), "{response:?}");
        assert_eq!(folder.client().get(&format!("/saved/{name}")).await.status(), 404, "{name}");
    }
}

#[cfg(unix)]
#[server::test]
async fn a_socket_is_no_file() {
    let folder = Folder::new();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket")).unwrap();
    assert_eq!(get(&folder, "socket", &[]).await.status(), 404);
}

#[server::test]
async fn an_empty_file_is_one() {
    let folder = Folder::new();
    folder.put("empty.css", b"", OLD);
    let file = File::open(folder.path("empty.css")).await.unwrap();
    assert!(file.is_empty());
    let response = get(&folder, "empty.css", &[]).await;
    assert_eq!((response.status().as_u16(), response.header("content-length")), (200, Some("0")));
}

#[test]
fn a_tag_is_strong_once_the_file_has_settled() {
    let changed = UNIX_EPOCH + OLD;
    let strong = etag(10, changed, changed + SETTLED);
    assert_eq!(strong.to_string(), "\"2ebc98a1.35a4e900-a\"");
    for now in [changed, changed + Duration::from_millis(1999), changed - Duration::from_secs(9)] {
        let new = etag(10, changed, now);
        assert!(new.is_weak() && !new.is_same_meaning(&strong), "{new}");
    }
    assert_ne!(strong, etag(11, changed, changed + SETTLED));
    assert_ne!(strong, etag(10, changed + Duration::from_nanos(1), changed + SETTLED * 2));
}

#[server::test]
async fn a_time_that_tells_nothing_is_not_told() {
    let folder = Folder::new();
    for seconds in [0, 1] {
        folder.put("built.txt", b"text", Duration::from_secs(seconds));
        let response = get(&folder, "built.txt", &[]).await;
        assert_eq!((response.header("etag"), response.header("last-modified")), (None, None));
    }
    let later = SystemTime::now() + Duration::from_secs(3600);
    folder.put("later.txt", b"text", later.duration_since(UNIX_EPOCH).unwrap());
    let file = File::open(folder.path("later.txt")).await.unwrap();
    assert!(file.modified().unwrap() <= SystemTime::now() && file.etag().unwrap().is_weak());
}

/// The body of `large.bin` after `change` was done to the file behind its first chunk.
async fn change(change: impl FnOnce(&Folder)) -> Result<Vec<u8>, String> {
    let folder = Folder::new();
    let mut body = File::open(folder.path("large.bin")).await.unwrap().into_response().take_body();
    let mut read = body.chunk().await.unwrap().unwrap().to_vec();
    change(&folder);
    while let Some(chunk) = body.chunk().await {
        let chunk = chunk.map_err(|error| std::error::Error::source(&error).unwrap().to_string())?;
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}

#[tokio::test]
async fn a_file_that_is_replaced_is_served_to_its_old_end() {
    let replaced = change(|folder| {
        folder.put("next", b"new", OLD);
        fs::rename(folder.path("next"), folder.path("large.bin")).unwrap();
    });
    assert!(replaced.await.unwrap() == bytes(LARGE));
    let removed = change(|folder| fs::remove_file(folder.path("large.bin")).unwrap());
    assert!(removed.await.unwrap() == bytes(LARGE));
}

#[tokio::test]
async fn a_file_that_grows_is_served_as_it_was() {
    let grown = change(|folder| {
        let mut file = OpenOptions::new().append(true).open(folder.path("large.bin")).unwrap();
        file.write_all(b"more").unwrap();
    });
    assert!(grown.await.unwrap() == bytes(LARGE));
}

#[tokio::test]
async fn a_file_that_changes_in_place_is_not_served_to_its_end() {
    let cut = change(|folder| {
        OpenOptions::new().write(true).open(folder.path("large.bin")).unwrap().set_len(100_000).unwrap();
    });
    assert_eq!(cut.await.unwrap_err(), "the file shrank from 196625 to 100000 bytes while it was sent");
    let written = change(|folder| folder.put("large.bin", &[0; LARGE], OLD + Duration::from_secs(1)));
    assert_eq!(written.await.unwrap_err(), "the file was written to while it was sent");
}

/// Behind its first chunk it must be read from the disk, where the folder of the tests is on one.
#[cfg(all(target_os = "linux", feature = "files"))]
#[tokio::test]
async fn what_is_not_in_memory_is_read_by_who_may_wait() {
    let forgotten = change(|folder| {
        let file = fs::File::open(folder.path("large.bin")).unwrap();
        file.sync_all().unwrap();
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
    });
    assert!(forgotten.await.unwrap() == bytes(LARGE));
}
