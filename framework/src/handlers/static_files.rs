//! [`StaticFiles`]: the files of a folder, at a prefix and below it.
//!
//! A path is decoded once, split, and each of its segments held against what a name may be; the names are then opened one
//! after the other, each in the folder that was opened before, and never through a link that nobody looked at. So no path
//! leads out of the folder, whatever is renamed meanwhile.
//!
//! What the system has in memory is found and read at once, in the worker: it takes less time than the way to another
//! thread. Where the system would have to wait for the disk it says so, and the blocking pool looks again.

mod folder;
mod listing;

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, VARY};
use http::{HeaderValue, Method};

use super::names::Names;
use super::reading::{not_found, read_only, takes_html, with_slash};
use crate::blocking::call_blocking;
use crate::error::{Error, Result};
use crate::http::{Codings, Request, Response, is_worthwhile};
use crate::respond::{Access, Cache, File, FileError, IntoResponse, ResponsePart, content_type};
use crate::routing::{Mount, Rest};
use folder::Folder;

/// The codings that files may lie compressed in, the smallest first, with what their names end in.
const SIBLINGS: [(&str, &str); 3] = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")];

/// Answers with the files of a folder: GET and HEAD, with all that a [`File`](crate::File) has.
///
/// | asked for | answered with |
/// |---|---|
/// | a file | the file; or the one beside it that is called the same with `.br`, `.zst` or `.gz` behind, where the client takes that coding and it is no older: `Content-Encoding`, `Vary`, a tag of its own |
/// | a folder, without a slash at the end | 308 to the same with a slash, so that links in its page lead where they should |
/// | a folder, with one | its `index.html`; or its listing, where [`StaticFiles::listing`] is on; or 404 |
/// | what is not there | 404; or the one page of [`StaticFiles::single_page`] |
/// | a name that begins with a dot, but for `/.well-known` at the top (RFC 8615) | 404, unless [`StaticFiles::dotfiles`] is on |
/// | `..`, an encoded slash, a backslash, NUL, an empty segment | 404 |
/// | what a symbolic link leads to | what [`Symlinks`] says |
/// | another method | 405 with `Allow` |
///
/// The folder is opened with each request, so that a deploy which puts another one in its place is seen at once; a server
/// whose folder is not there does not start. `Cache-Control` is `no-cache`: a copy is asked for before it is used, and
/// costs a 304. For files that never change under their names, mount them with
/// `.cache(Cache::public(year).immutable())`.
///
/// Needs the feature `files`, and Unix.
///
/// ```no_run
/// use server::{Server, StaticFiles, get, routes};
///
/// #[get("/api/version")]
/// async fn version() -> &'static str {
///     "7"
/// }
///
/// #[server::main]
/// async fn main() -> server::Result {
///     Server::new(routes![version]).mount("/", StaticFiles::new("public").single_page("index.html")).run().await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct StaticFiles {
    rules: Arc<Rules>,
    cache: Cache,
}

/// What of a folder is answered with; shared with the threads that look.
#[derive(Clone, Debug)]
struct Rules {
    root: PathBuf,
    symlinks: Symlinks,
    dotfiles: bool,
    index: Option<OsString>,
    single_page: Option<OsString>,
    listing: bool,
    precompressed: bool,
}

/// Where a symbolic link in the folder may lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Symlinks {
    /// To what lies within the folder, and is named from where the link stands; any other link is as good as not there.
    #[default]
    WithinRoot,
    /// Nowhere: no link is there.
    Never,
    /// Anywhere. Who can write to the folder then chooses which files of the machine are served.
    Follow,
}

impl StaticFiles {
    /// The files of `folder`; a path that is not absolute is one of the folder in which the server was started.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let rules = Rules {
            root: folder.into(),
            symlinks: Symlinks::default(),
            dotfiles: false,
            index: Some("index.html".into()),
            single_page: None,
            listing: false,
            precompressed: true,
        };
        Self { rules: Arc::new(rules), cache: Cache::revalidate() }
    }

    /// The file that a folder is answered with; `index.html` unless set, and none where it is empty.
    #[must_use]
    pub fn index(self, name: &str) -> Self {
        self.with(|rules| rules.index = (!name.is_empty()).then(|| name.into()))
    }

    /// Answers with this file of the folder where another is not there: for applications whose pages live in the browser.
    ///
    /// It stands in for pages alone: a path with a dot in its last segment (`/app.js`), and a client that takes no
    /// HTML, get their 404. So does a path whose first segment below the prefix begins a route of the table: with a
    /// route `/api/version`, what is not there below `/api` is a 404 and never this page.
    #[must_use]
    pub fn single_page(self, name: &str) -> Self {
        self.with(|rules| rules.single_page = (!name.is_empty()).then(|| name.into()))
    }

    /// Whether a folder without an index is answered with a page that lists it; off unless set.
    #[must_use]
    pub fn listing(self, on: bool) -> Self {
        self.with(|rules| rules.listing = on)
    }

    /// Whether names that begin with a dot are there; not unless set.
    #[must_use]
    pub fn dotfiles(self, on: bool) -> Self {
        self.with(|rules| rules.dotfiles = on)
    }

    /// Where symbolic links may lead; within the folder unless set.
    #[must_use]
    pub fn symlinks(self, symlinks: Symlinks) -> Self {
        self.with(|rules| rules.symlinks = symlinks)
    }

    /// Whether compressed files are looked for beside those asked for; on unless set.
    #[must_use]
    pub fn precompressed(self, on: bool) -> Self {
        self.with(|rules| rules.precompressed = on)
    }

    /// How long caches may keep the files; `no-cache` unless set.
    #[must_use]
    pub fn cache(self, cache: Cache) -> Self {
        Self { cache, ..self }
    }

    fn with(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(Arc::make_mut(&mut self.rules));
        self
    }

    /// Answers a GET or HEAD.
    async fn find(&self, request: Request, rest: Rest) -> Result<Response, FileError> {
        let Some(names) = Names::parse(rest.of(&request), self.rules.dotfiles) else {
            return Ok(not_found());
        };
        let codings = match self.rules.precompressed {
            true => Codings::parse(request.header_values("accept-encoding")),
            false => Codings::default(),
        };
        let takes_page = names.is_page() && takes_html(&request) && !rest.is_of_the_table(&request);
        let look = Look { names, codings, takes_page, reads: takes_content(&request) };
        let found = match self.rules.find(&look, request.path(), Access::AtHand) {
            Err(error) if error.would_block() => {
                let (rules, path) = (Arc::clone(&self.rules), request.path().to_owned());
                call_blocking(move || rules.find(&look, &path, Access::Blocking)).await?
            }
            found => found,
        };
        Ok(match found? {
            Found::File { file, coding, varies } => {
                let mut response = self.cache.clone().apply(file.into_response());
                if varies {
                    response.append_header(VARY, HeaderValue::from_static("accept-encoding"));
                }
                if let Some(coding) = coding {
                    response.set_header(CONTENT_ENCODING, HeaderValue::from_static(coding));
                }
                response
            }
            Found::FolderWithoutSlash => with_slash(request.path(), request.query()),
            // Names are other people's text: were one of them to be taken for more, it could still do nothing.
            Found::Listing(page) => Cache::revalidate().apply(Response::ok().html(page)).header(
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
            ),
            Found::Nothing => not_found(),
        })
    }
}

impl<S: Sync> Mount<S> for StaticFiles {
    async fn call(&self, request: Request, rest: Rest, _: &S) -> Response {
        match read_only(&request) {
            Some(response) => response,
            None => self.find(request, rest).await.into_response(),
        }
    }

    fn check(&self) -> Result {
        let root = &self.rules.root;
        Folder::open(root, self.rules.symlinks, Access::Blocking).map(drop).map_err(|error| {
            Error::message(format!("the folder of static files {} cannot be opened: {error}", root.display()))
        })
    }
}

/// Whether the answer has the file's content, as far as can be told before it is found.
fn takes_content(request: &Request) -> bool {
    let is_conditional =
        ["if-none-match", "if-modified-since"].into_iter().any(|name| request.header(name).is_some());
    *request.method() != Method::HEAD && !is_conditional
}

/// What is looked for.
struct Look {
    names: Names,
    codings: Codings,
    /// Whether a page may stand in for what is not there.
    takes_page: bool,
    /// Whether a short file is read at once. An answer with 304 has none of it.
    reads: bool,
}

/// What there is of a path.
enum Found {
    File { file: File, coding: Option<&'static str>, varies: bool },
    FolderWithoutSlash,
    Listing(String),
    Nothing,
}

impl Rules {
    /// Looks for what lies at a path.
    ///
    /// # Errors
    ///
    /// Where it may be there, and cannot be read; one that [would block](FileError::would_block) where that takes longer
    /// than `access` allows.
    fn find(&self, look: &Look, path: &str, access: Access) -> Result<Found, FileError> {
        let folder = Folder::open(&self.root, self.symlinks, access);
        let folder = folder.map_err(|error| FileError::unreadable(&self.root, error))?;
        let found = self.find_in(&folder, look, path);
        match (found, &self.single_page) {
            (Ok(Found::Nothing), Some(page)) if look.takes_page => self
                .file(&folder, std::slice::from_ref(page), look)
                .map_err(|error| FileError::of(&self.root.join(page), error)),
            (found, _) => found.map_err(|error| {
                FileError::of(
                    &look.names.os_names().into_iter().fold(self.root.clone(), |path, name| path.join(name)),
                    error,
                )
            }),
        }
    }

    fn find_in(&self, folder: &Folder, look: &Look, path: &str) -> io::Result<Found> {
        let below = look.names.os_names();
        let Some(entry) = existing(folder.entry(&below))? else { return Ok(Found::Nothing) };
        let metadata = entry.metadata()?;
        match (metadata.is_dir(), look.names.is_folder) {
            (false, false) => self.answer(entry, folder, &below, look),
            (false, true) => Ok(Found::Nothing),
            (true, false) => Ok(Found::FolderWithoutSlash),
            (true, true) => {
                if let Some(index) = &self.index {
                    let names = [below.as_slice(), std::slice::from_ref(index)].concat();
                    let found = self.file(folder, &names, look)?;
                    if !matches!(found, Found::Nothing) {
                        return Ok(found);
                    }
                }
                if self.listing {
                    // No system lists a folder without its disk, where it must.
                    if folder.access() == Access::AtHand {
                        return Err(ErrorKind::WouldBlock.into());
                    }
                    return listing::page(&entry, folder, &below, self.dotfiles, path).map(Found::Listing);
                }
                Ok(Found::Nothing)
            }
        }
    }

    /// What is answered with at these names, which are not those of a folder.
    fn file(&self, folder: &Folder, names: &[OsString], look: &Look) -> io::Result<Found> {
        match existing(folder.entry(names))? {
            Some(file) => self.answer(file, folder, names, look),
            None => Ok(Found::Nothing),
        }
    }

    /// The file that was opened at these names, or what is compressed of it.
    fn answer(&self, file: fs::File, folder: &Folder, names: &[OsString], look: &Look) -> io::Result<Found> {
        let metadata = file.metadata()?;
        let Some((name, above)) = names.split_last().filter(|_| metadata.is_file()) else {
            return Ok(Found::Nothing);
        };
        let content_type = content_type(Path::new(name));
        let read = |file| match look.reads {
            true => File::read_from(file, Path::new(name), folder.access()),
            false => File::read_later(file, Path::new(name)),
        };
        let varies = self.precompressed && is_worthwhile(&content_type);
        for coding in look.codings.by_weight(&SIBLINGS.map(|(coding, _)| coding)).filter(|_| varies) {
            let mut sibling = name.clone();
            let Some((_, extension)) = SIBLINGS.into_iter().find(|(name, _)| *name == coding) else {
                continue;
            };
            sibling.push(extension);
            let names = [above, &[sibling]].concat();
            let Some(compressed) = existing(folder.entry(&names))? else { continue };
            if is_current(&compressed.metadata()?, &metadata) {
                let file = read(compressed)?.in_coding(coding);
                return Ok(Found::File { file, coding: Some(coding), varies });
            }
        }
        Ok(Found::File { file: read(file)?, coding: None, varies })
    }
}

/// Whether what is compressed was made of the file as it is, and is a file itself.
fn is_current(compressed: &fs::Metadata, file: &fs::Metadata) -> bool {
    let times = compressed.modified().ok().zip(file.modified().ok());
    compressed.is_file() && times.is_none_or(|(compressed, file)| compressed >= file)
}

/// `None` where the system says that there is nothing of this name, or that there cannot be.
fn existing(entry: io::Result<fs::File>) -> io::Result<Option<fs::File>> {
    match entry {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput => Ok(None),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests;
