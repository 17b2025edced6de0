//! [`Embedded`]: the files that [`embed!`](crate::embed) put into the program, at a prefix and below it.

use std::path::Path;

use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};

use super::names::Names;
use super::reading::{not_found, read_only, takes_html, with_slash};
use crate::http::{Body, Codings, ETag, Request, Response};
use crate::respond::{AcceptRanges, Cache, ResponsePart, content_type};
use crate::routing::{Mount, Rest};

/// Files in the program; [`embed!`](crate::embed) makes it, [`Server::mount`](crate::Server::mount) takes it.
///
/// GET and HEAD are answered from the program's own memory, with a strong tag of each file's content, with conditions and
/// ranges as a [`File`](crate::File) has them, and in brotli or gzip to those who take it. Folders, single page and what
/// leads nowhere are as with `StaticFiles`. `Cache-Control` is `no-cache` unless set.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// In the order of their names.
    files: &'static [EmbeddedFile],
    index: &'static str,
    single_page: &'static str,
    cache: Option<Cache>,
}

/// A file in the program; the macro's alone.
#[derive(Debug)]
pub struct EmbeddedFile {
    /// With a slash before each part: `/css/app.css`.
    pub name: &'static str,
    /// Of the content.
    pub hash: &'static str,
    /// The file as it is.
    pub content: &'static [u8],
    /// The file in this coding, where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// The file in this coding, where that is smaller.
    pub gzip: Option<&'static [u8]>,
}

/// Puts files together; the macro's alone.
pub const fn embedded(files: &'static [EmbeddedFile]) -> Embedded {
    Embedded { files, index: "index.html", single_page: "", cache: None }
}

impl Embedded {
    /// The file that a folder is answered with; `index.html` unless set, and none where it is empty.
    #[must_use]
    pub const fn index(mut self, name: &'static str) -> Self {
        self.index = name;
        self
    }

    /// Answers with this file where another is not there, by the rules of `StaticFiles::single_page`.
    #[must_use]
    pub const fn single_page(mut self, name: &'static str) -> Self {
        self.single_page = name;
        self
    }

    /// How long caches may keep the files; `no-cache` unless set.
    #[must_use]
    pub fn cache(self, cache: Cache) -> Self {
        Self { cache: Some(cache), ..self }
    }

    fn find(&self, request: &Request, rest: Rest) -> Response {
        let Some(names) = Names::parse(rest.of(request), false) else { return not_found() };
        let Some(path) = names.path() else { return not_found() };
        let found = match names.is_folder {
            true => self.within(&path, self.index),
            false if self.is_folder(&path) => return with_slash(request.path(), request.query()),
            false => self.named(&path),
        };
        let page = || {
            let takes_page = names.is_page() && takes_html(request) && !rest.is_of_the_table(request);
            if takes_page { self.within("", self.single_page) } else { None }
        };
        found.or_else(page).map_or_else(not_found, |file| self.answer(file, request))
    }

    fn within(&self, folder: &str, name: &str) -> Option<&'static EmbeddedFile> {
        if name.is_empty() { None } else { self.named(&format!("{folder}/{name}")) }
    }

    fn named(&self, name: &str) -> Option<&'static EmbeddedFile> {
        let index = self.files.binary_search_by_key(&name, |file| file.name).ok()?;
        self.files.get(index)
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let first = self.files.partition_point(|file| file.name < below.as_str());
        self.files.get(first).is_some_and(|file| file.name.starts_with(&below))
    }

    fn answer(&self, file: &EmbeddedFile, request: &Request) -> Response {
        let varies = file.brotli.is_some() || file.gzip.is_some();
        let codings = match varies {
            true => Codings::parse(request.header_values("accept-encoding")),
            false => Codings::default(),
        };
        let variant = |coding| match coding {
            "br" => file.brotli,
            "gzip" => file.gzip,
            _ => None,
        };
        let coded = codings.by_weight(&["br", "gzip"]).find_map(|coding| Some((coding, variant(coding)?)));
        let (content, etag) = match coded {
            None => (file.content, ETag::strong(file.hash)),
            Some((coding, content)) => (content, ETag::strong(format_args!("{}-{coding}", file.hash))),
        };
        let response = Response::ok().body(Body::from(Bytes::from_static(content)));
        let cache = self.cache.clone().unwrap_or_else(Cache::revalidate);
        let mut response = cache.apply(etag.apply(AcceptRanges.apply(response)));
        response.set_header(CONTENT_TYPE, content_type(Path::new(file.name)));
        if varies {
            response.append_header(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if let Some((coding, _)) = coded {
            response.set_header(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

impl<S: Sync> Mount<S> for Embedded {
    async fn call(&self, request: Request, rest: Rest, _: &S) -> Response {
        read_only(&request).unwrap_or_else(|| self.find(&request, rest))
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::testing::{Client, TestResponse};
    use crate::{Routes, Server, get, routes};

    const LONG: &[u8] = b"0123456789";

    static FILES: &[EmbeddedFile] = &[
        EmbeddedFile { name: "/app.js", hash: "h1", content: LONG, brotli: Some(b"br"), gzip: Some(b"gzip") },
        EmbeddedFile { name: "/index.html", hash: "h2", content: b"<h1>root", brotli: None, gzip: None },
        EmbeddedFile { name: "/sub/index.html", hash: "h3", content: b"<h1>sub", brotli: None, gzip: None },
        EmbeddedFile { name: "/sub.css", hash: "h4", content: b"css", brotli: None, gzip: Some(b"gz") },
    ];

    #[get("/api/version")]
    async fn version() -> &'static str {
        "7"
    }

    const ROUTES: Routes = routes![version];

    async fn ask(prefix: &str, target: &str, fields: &[(&'static str, &'static str)]) -> TestResponse {
        // `.` comes before `/`: the macro sorts by bytes, and so must this.
        static SORTED: std::sync::LazyLock<Vec<EmbeddedFile>> = std::sync::LazyLock::new(|| {
            let copy = |file: &EmbeddedFile| EmbeddedFile { ..*file };
            let mut files: Vec<_> = FILES.iter().map(copy).collect();
            files.sort_by_key(|file| file.name);
            files
        });
        let client =
            Client::from(Server::new(ROUTES).mount(prefix, embedded(&SORTED).single_page("index.html")));
        fields.iter().fold(client.get(target), |request, (name, value)| request.header(*name, *value)).await
    }

    #[server::test]
    async fn files_are_found_by_their_names() {
        let rows = [
            ("/", 200, "<h1>root"),
            ("/app.js", 200, "0123456789"),
            ("/sub.css", 200, "css"),
            ("/sub/", 200, "<h1>sub"),
            ("/users/7", 200, "<h1>root"),
        ];
        for (path, status, text) in rows {
            let response = ask("/", path, &[]).await;
            assert_eq!((response.status().as_u16(), response.text()), (status, text), "{path}");
            assert_eq!(response.header("cache-control"), Some("no-cache"));
        }
        for path in
            ["/none.js", "/app.js/", "/../app.js", "/%2e%2e/app.js", "/sub%2findex.html", "/api/x", "/%ff.js"]
        {
            assert_eq!(ask("/", path, &[]).await.status(), 404, "{path}");
        }
        let moved = ask("/", "/sub?a", &[]).await;
        assert_eq!((moved.status().as_u16(), moved.header("location")), (308, Some("/sub/?a")));
        assert_eq!(ask("/assets", "/assets", &[]).await.header("location"), Some("/assets/"));
        assert_eq!(ask("/assets", "/assets/app.js", &[]).await.header("etag"), Some("\"h1\""));
    }

    #[server::test]
    async fn each_coding_is_another_representation() {
        let rows = [
            ("gzip, br", Some("br"), "br", "\"h1-br\""),
            ("gzip", Some("gzip"), "gzip", "\"h1-gzip\""),
            ("zstd", None, "0123456789", "\"h1\""),
        ];
        for (accepted, coding, text, etag) in rows {
            let response = ask("/", "/app.js", &[("accept-encoding", accepted)]).await;
            assert_eq!((response.header("content-encoding"), response.text()), (coding, text), "{accepted}");
            assert_eq!(
                (response.header("etag"), response.header("vary")),
                (Some(etag), Some("accept-encoding"))
            );
            assert_eq!(response.header("content-type"), Some("text/javascript; charset=utf-8"));
        }
        assert_eq!(ask("/", "/index.html", &[("accept-encoding", "br")]).await.header("vary"), None);
        let part = ask("/", "/app.js", &[("range", "bytes=1-2"), ("if-range", "\"h1\"")]).await;
        assert_eq!((part.status().as_u16(), part.text()), (206, "12"));
        assert_eq!(ask("/", "/app.js", &[("if-none-match", "\"h1\"")]).await.status(), 304);
    }

    #[server::test]
    async fn other_methods_are_told_which_there_are() {
        let client = Client::from(Server::new(ROUTES).mount("/", embedded(FILES).index("")));
        for (method, status) in [(Method::OPTIONS, 204), (Method::PUT, 405)] {
            let response = client.request(method.clone(), "/app.js").await;
            assert_eq!(
                (response.status().as_u16(), response.header("allow")),
                (status, Some("GET, HEAD, OPTIONS"))
            );
        }
        assert_eq!(client.get("/").await.status(), 404);
    }
}
