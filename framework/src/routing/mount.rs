//! Mounts: what answers all paths at a prefix and below it, where that is only known at run time.
//!
//! They are matched with `matchit`, after the table: a route of the table goes before every mount, and of two mounts
//! that cover a path the one with the longer prefix answers. A mount sees every method.

use std::error::Error;
use std::fmt;

use super::Table;
use crate::http::{Request, Response};
use crate::middleware::BoxFuture;

/// Answers all requests at a prefix and below it: files of a folder, another application, whatever has paths of its
/// own that no table can list.
///
/// It is given to [`Server::mount`](crate::Server::mount) with its prefix. Where handlers are known, write them with
/// `#[route]`: the compiler checks a table, not a mount.
///
/// ```
/// use server::{IntoResponse, Mount, Problem, Request, Response, Rest, StatusCode};
///
/// /// Sends each path somewhere else.
/// struct Moved(&'static str);
///
/// impl<S: Sync> Mount<S> for Moved {
///     async fn call(&self, request: Request, rest: Rest, _: &S) -> Response {
///         let location = format!("{}{}", self.0, rest.of(&request));
///         Response::new(StatusCode::PERMANENT_REDIRECT).header("location", location)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be mounted on a server with the state `{S}`: list a handler in `routes![...]` instead",
    label = "this answers no paths below a prefix",
    note = "a handler belongs in the table: annotate it with `#[route]` and list it in `routes![...]`"
)]
pub trait Mount<S>: Send + Sync + 'static {
    /// Answers `request`, whose path ends in `rest`.
    fn call(&self, request: Request, rest: Rest, state: &S) -> impl Future<Output = Response> + Send;

    /// Says what is missing to answer at all; asked when it is mounted.
    ///
    /// # Errors
    ///
    /// Then the server does not start, and says why.
    fn check(&self) -> crate::Result {
        Ok(())
    }
}

/// Which part of a request's path lies below a mount.
#[derive(Clone, Copy, Debug)]
pub struct Rest {
    /// Where in the path it begins.
    start: usize,
    /// The table before the mounts.
    table: &'static Table,
}

impl Rest {
    /// The part itself, undecoded: empty, or with a slash at its start. Under `/assets` the path `/assets/a.css`
    /// leaves `/a.css`, and `/assets` leaves nothing.
    pub fn of(self, request: &Request) -> &str {
        request.path().get(self.start..).unwrap_or_default()
    }

    /// Whether the first segment of the part begins a route of the server's table. With a route `/api/users`, all below
    /// `/api` is the table's: a mount that answers what is not there with something else leaves that to a 404.
    pub fn is_of_the_table(self, request: &Request) -> bool {
        let above = request.path().get(..self.start).unwrap_or_default();
        self.table.begins_a_route(request.path(), above.split('/').count())
    }
}

/// A [`Mount`] without its type.
trait AnyMount<S>: Send + Sync {
    fn call<'a>(&'a self, request: Request, rest: Rest, state: &'a S) -> BoxFuture<'a, Response>;
}

impl<S: Sync, M: Mount<S>> AnyMount<S> for M {
    fn call<'a>(&'a self, request: Request, rest: Rest, state: &'a S) -> BoxFuture<'a, Response> {
        Box::pin(Mount::call(self, request, rest, state))
    }
}

/// The mounts of a server.
pub(crate) struct Mounts<S> {
    /// From each path that a mount covers to its index.
    router: matchit::Router<usize>,
    mounts: Vec<Mounted<S>>,
}

struct Mounted<S> {
    /// As it was given; `/` is everything.
    prefix: String,
    mount: Box<dyn AnyMount<S>>,
}

impl<S: Sync> Mounts<S> {
    /// Adds a mount; its prefix is literal, such as `/assets`, or `/` for all that the table does not match.
    ///
    /// # Errors
    ///
    /// [`MountError`] where the prefix is none, or taken.
    pub(crate) fn add(&mut self, prefix: &str, mount: impl Mount<S>) -> Result<(), MountError> {
        let fault = |fault| MountError { prefix: prefix.to_owned(), fault };
        check_prefix(prefix).map_err(fault)?;
        let base = base(prefix);
        let index = self.mounts.len();
        // A catch-all takes one byte at least, so that the prefix with and without a slash is added by itself.
        for path in [base.to_owned(), format!("{base}/"), format!("{base}/{{*rest}}")] {
            if !path.is_empty() {
                self.router.insert(path, index).map_err(|_| fault(Fault::Taken))?;
            }
        }
        self.mounts.push(Mounted { prefix: prefix.to_owned(), mount: Box::new(mount) });
        Ok(())
    }
}

impl<S> Mounts<S> {
    /// The index of the mount that answers a path, and where in the path the rest begins.
    pub(crate) fn find(&self, path: &str) -> Option<(usize, usize)> {
        let index = *self.router.at(path).ok()?.value;
        Some((index, base(&self.mounts.get(index)?.prefix).len()))
    }

    /// The prefixes, in the order of their indices.
    pub(crate) fn prefixes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.mounts.iter().map(|mounted| mounted.prefix.as_str())
    }

    /// Lets the mount that [`Mounts::find`] found answer.
    ///
    /// # Panics
    ///
    /// Where there is none of this index.
    pub(crate) fn call<'a>(
        &'a self,
        index: usize,
        request: Request,
        rest: (usize, &'static Table),
        state: &'a S,
    ) -> BoxFuture<'a, Response> {
        let (start, table) = rest;
        let mounted = self.mounts.get(index).expect("`find` gives indices of mounts alone");
        mounted.mount.call(request, Rest { start, table }, state)
    }
}

impl<S> Default for Mounts<S> {
    fn default() -> Self {
        Self { router: matchit::Router::new(), mounts: Vec::new() }
    }
}

impl<S> fmt::Debug for Mounts<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.mounts.iter().map(|mounted| &mounted.prefix)).finish()
    }
}

/// Why nothing can be mounted at a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MountError {
    prefix: String,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NoSlash,
    SlashAtEnd,
    EmptySegment,
    DotSegment,
    Param,
    Char(char),
    Taken,
}

impl MountError {
    /// What is wrong with a path that something is to answer at, whatever is mounted.
    pub(crate) fn of(path: &str) -> Option<Self> {
        check_prefix(path).err().map(|fault| Self { prefix: path.to_owned(), fault })
    }
}

impl Error for MountError {}

impl fmt::Display for MountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = &self.prefix;
        write!(f, "nothing can be mounted at {prefix:?}: ")?;
        match self.fault {
            Fault::NoSlash => write!(f, "expected a slash at its start, as in \"/{prefix}\""),
            Fault::SlashAtEnd => {
                write!(f, "expected no slash at its end, as in {:?}", prefix.trim_end_matches('/'))
            }
            Fault::EmptySegment => f.write_str("expected one slash between two segments, found two"),
            Fault::DotSegment => f.write_str("clients resolve `.` and `..` before they send them"),
            Fault::Param => {
                f.write_str("expected literal segments, found a param; routes of the table have those")
            }
            Fault::Char(char) => {
                let mut bytes = [0; 4];
                let encoded = char.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}"));
                write!(f, "expected {:?} in place of {char:?}", encoded.collect::<String>())
            }
            Fault::Taken => f.write_str("another mount is there already"),
        }
    }
}

/// A prefix without the slash that `/` is.
fn base(prefix: &str) -> &str {
    if prefix == "/" { "" } else { prefix }
}

fn check_prefix(prefix: &str) -> Result<(), Fault> {
    let Some(rest) = prefix.strip_prefix('/') else { return Err(Fault::NoSlash) };
    if rest.is_empty() {
        return Ok(());
    }
    if rest.ends_with('/') {
        return Err(Fault::SlashAtEnd);
    }
    for segment in rest.split('/') {
        match segment {
            "" => return Err(Fault::EmptySegment),
            "." | ".." => return Err(Fault::DotSegment),
            _ if segment.starts_with([':', '*']) => return Err(Fault::Param),
            _ => {}
        }
    }
    rest.chars().find(|&char| !is_path_char(char)).map_or(Ok(()), |char| Err(Fault::Char(char)))
}

/// `pchar` of RFC 3986 §3.3 with the slash; a percent sign begins an encoded byte.
fn is_path_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%/".contains(char)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;

    use super::*;

    /// Answers with its name and the rest.
    struct Named(String);

    impl Mount<()> for Named {
        async fn call(&self, request: Request, rest: Rest, _: &()) -> Response {
            Response::ok().header("x-found", format!("{} {}", self.0, rest.of(&request)))
        }
    }

    fn mounts(prefixes: &[&str]) -> Mounts<()> {
        let mut mounts = Mounts::default();
        for prefix in prefixes {
            mounts.add(prefix, Named((*prefix).to_owned())).unwrap();
        }
        mounts
    }

    async fn check(prefixes: &[&str], path: &str, expected: Option<&str>) {
        let mounts = mounts(prefixes);
        let found = match mounts.find(path) {
            None => None,
            Some((index, start)) => {
                let rest = (start, Table::EMPTY);
                let response = mounts.call(index, Request::new(Method::GET, path), rest, &()).await;
                Some(response.headers()["x-found"].to_str().unwrap().to_owned())
            }
        };
        assert_eq!(found.as_deref(), expected, "{path}");
    }

    #[tokio::test]
    async fn answers_the_prefix_and_all_below_it() {
        check(&["/assets"], "/assets", Some("/assets ")).await;
        check(&["/assets"], "/assets/", Some("/assets /")).await;
        check(&["/assets"], "/assets/css/a.css", Some("/assets /css/a.css")).await;
        check(&["/assets"], "/assets//", Some("/assets //")).await;
        check(&["/assets"], "/assetsx", None).await;
        check(&["/assets"], "/", None).await;
        check(&["/assets"], "*", None).await;
    }

    #[tokio::test]
    async fn the_longer_prefix_answers() {
        let prefixes = ["/a", "/a/b", "/", "/a/b/c"];
        check(&prefixes, "/a/bc", Some("/a /bc")).await;
        check(&prefixes, "/a/b/x", Some("/a/b /x")).await;
        check(&prefixes, "/a/b/c", Some("/a/b/c ")).await;
        check(&prefixes, "/b", Some("/ /b")).await;
        check(&prefixes, "/", Some("/ /")).await;
    }

    #[track_caller]
    fn refuses(prefixes: &[&str], prefix: &str, message: &str) {
        let error = mounts(prefixes).add(prefix, Named(String::new())).unwrap_err();
        assert_eq!(error.to_string(), format!("nothing can be mounted at {prefix:?}: {message}"));
    }

    #[test]
    fn refuses_what_is_no_prefix() {
        refuses(&[], "assets", "expected a slash at its start, as in \"/assets\"");
        refuses(&[], "", "expected a slash at its start, as in \"/\"");
        refuses(&[], "/assets/", "expected no slash at its end, as in \"/assets\"");
        refuses(&[], "/a//b", "expected one slash between two segments, found two");
        refuses(&[], "/a/../b", "clients resolve `.` and `..` before they send them");
        refuses(&[], "/a/:b", "expected literal segments, found a param; routes of the table have those");
        refuses(&[], "/a b", "expected \"%20\" in place of ' '");
        refuses(&[], "/{a}", "expected \"%7B\" in place of '{'");
    }

    #[test]
    fn refuses_a_prefix_that_is_taken() {
        refuses(&["/a"], "/a", "another mount is there already");
        refuses(&["/"], "/", "another mount is there already");
    }

    proptest! {
        #[test]
        fn the_longest_prefix_is_found(
            prefixes in prop::collection::hash_set(prop::collection::vec("[ab]{1,2}", 0..3), 0..6),
            path in prop::collection::vec("[ab]{0,2}", 1..5),
        ) {
            let prefixes: Vec<_> = prefixes.iter().map(|segments| format!("/{}", segments.join("/"))).collect();
            let path = format!("/{}", path.join("/"));
            let mounts = mounts(&prefixes.iter().map(String::as_str).collect::<Vec<_>>());
            let covers = |prefix: &String| {
                path.strip_prefix(base(prefix)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            let expected = prefixes.iter().filter(|prefix| covers(prefix)).max_by_key(|prefix| base(prefix).len());
            let found = mounts.find(&path).map(|(index, start)| (&prefixes[index], start));
            prop_assert_eq!(found, expected.map(|prefix| (prefix, base(prefix).len())));
        }
    }
}
