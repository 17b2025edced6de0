//! [`RouteUrl`]: what `handler::url(…)` gives, with the prefixes of a table in front and a query behind.

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use serde_core::{Serialize, Serializer};

use super::conflict::same_place;
use super::{RouteInfo, Routes, Table};
use crate::http::append_query;

/// The URL of a route, an absolute path (RFC 3986 §3.3) with a query where it was given one: what `handler::url(…)`
/// makes.
///
/// A text wherever one is asked for: it is a `&str` by `Deref`, and a `String` by `Into`, as
/// [`Redirect`](crate::Redirect) and [`Created`](crate::Created) take it.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use server::{Query, Redirect, get};
///
/// #[derive(Serialize, Deserialize)]
/// struct Filter {
///     tag: Vec<String>,
///     page: Option<u32>,
/// }
///
/// #[get("/users/:id/posts")]
/// async fn posts(id: u64, Query(filter): Query<Filter>) -> String {
///     format!("of {id}: {:?}, {:?}", filter.tag, filter.page)
/// }
///
/// let filter = Filter { tag: vec!["rock & roll".to_owned(), "jazz".to_owned()], page: None };
/// let url = posts::url(42).query(&filter);
/// assert_eq!(url, "/users/42/posts?tag=rock%20%26%20roll&tag=jazz");
/// let redirect = Redirect::see_other(url);
/// ```
///
/// It has the prefix of the `#[scope]` around its function and knows nothing of the tables that list it: see
/// [`Routes::url`].
#[derive(Clone)]
#[must_use = "a URL does nothing until it is sent"]
pub struct RouteUrl {
    route: &'static RouteInfo,
    /// What a table put in front; `text` begins with it.
    prefix: &'static str,
    text: String,
}

impl RouteUrl {
    pub(super) const fn new(route: &'static RouteInfo, text: String) -> Self {
        Self { route, prefix: "", text }
    }

    /// The route that it leads to.
    pub const fn route(&self) -> &'static RouteInfo {
        self.route
    }

    /// The whole as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Appends `query`, so that [`Query`](crate::Query) reads it back: a struct, a map or a list of pairs.
    ///
    /// A list is written as its name repeated, an enum as the name of its variant; `None` and an empty list are left
    /// out, so that what may be an empty list is read with `#[serde(default)]`. Names and values are percent-encoded. A
    /// second query is appended to the first.
    ///
    /// # Panics
    ///
    /// When it is nothing that a query can say: a list in a list, a struct in a struct (but by `#[serde(flatten)]`), a
    /// variant with something in it, a `None` in a list, a number that is not finite, bytes that are not UTF-8.
    #[track_caller]
    pub fn query<T: Serialize + ?Sized>(mut self, query: &T) -> Self {
        append_query(&mut self.text, query);
        self
    }

    /// The same below another prefix, which takes the place of the one it has.
    #[inline]
    fn below(mut self, prefix: &'static str) -> Self {
        let own = self.text.get(self.prefix.len()..).unwrap_or_default();
        // The pattern `/` below `/admin` is `/admin`.
        let own = if self.is_root() { own.strip_prefix('/').unwrap_or(own) } else { own };
        let slash = if self.is_root() && prefix.is_empty() { "/" } else { "" };
        self.text = format!("{prefix}{slash}{own}");
        self.prefix = prefix;
        self
    }

    /// Whether it is of the pattern `/`.
    fn is_root(&self) -> bool {
        self.route.patterns.first().is_some_and(|pattern| pattern.text == "/")
    }
}

impl<S> Routes<S> {
    /// The URL with the prefixes that this table puts in front of its route.
    ///
    /// ```
    /// use server::{Routes, get, routes};
    ///
    /// #[get("/users/:id")]
    /// async fn get_user(id: u64) -> String {
    ///     format!("user {id}")
    /// }
    ///
    /// const ROUTES: Routes = routes!["/v2" => [get_user]];
    ///
    /// assert_eq!(get_user::url(42), "/users/42");
    /// assert_eq!(ROUTES.url(get_user::url(42))?, "/v2/users/42");
    /// # Ok::<(), server::UrlError>(())
    /// ```
    ///
    /// Handlers of the table may ask it too.
    ///
    /// # Errors
    ///
    /// [`UrlError`] where the route does not stand in the table, or stands there more than once: [`Routes::urls`] has
    /// them all. Both depend on nothing but the table, so one test of a link is enough. As any error, `?` in a handler
    /// makes it a 500.
    #[inline]
    pub fn url(&self, url: RouteUrl) -> Result<RouteUrl, UrlError> {
        self.table().url(url)
    }

    /// The URLs that the route has in this table, in the order of the table: none where it is not listed, several
    /// where it is listed under several prefixes.
    ///
    /// ```
    /// use server::{Routes, get, routes};
    ///
    /// #[get("/users/:id")]
    /// async fn get_user(id: u64) -> String {
    ///     format!("user {id}")
    /// }
    ///
    /// const ROUTES: Routes = routes!["/v1" => [get_user], "/v2" => [get_user]];
    ///
    /// assert!(ROUTES.url(get_user::url(42)).is_err());
    /// assert_eq!(ROUTES.urls(get_user::url(42)).last().unwrap(), "/v2/users/42");
    /// ```
    #[inline]
    pub fn urls(&self, url: RouteUrl) -> impl Iterator<Item = RouteUrl> + use<S> {
        self.table().urls(url)
    }
}

impl Table {
    #[inline]
    pub(crate) fn url(&'static self, url: RouteUrl) -> Result<RouteUrl, UrlError> {
        let route = url.route;
        let mut urls = self.urls(url);
        match (urls.next(), urls.next()) {
            (Some(url), None) => Ok(url),
            (None, _) => Err(UrlError { route, places: Vec::new() }),
            (Some(first), Some(second)) => {
                let places = [first, second].into_iter().chain(urls).map(String::from).collect();
                Err(UrlError { route, places })
            }
        }
    }

    #[inline]
    fn urls(&'static self, url: RouteUrl) -> impl Iterator<Item = RouteUrl> {
        (0..self.len()).filter_map(move |index| {
            let listed = self.route(index).filter(|listed| is_same(listed, url.route))?;
            let own = listed.patterns.first()?.text;
            let own = if own == "/" { "" } else { own };
            let full = self.full_pattern(index, 0)?;
            // A table without prefixes lists the pattern `/` as it is.
            let prefix = if full == "/" { "" } else { full.strip_suffix(own)? };
            Some(url.clone().below(prefix))
        })
    }
}

/// Whether both say what one attribute says; their addresses may differ between crates.
#[inline]
fn is_same(one: &RouteInfo, other: &RouteInfo) -> bool {
    let pattern = |route: &RouteInfo| route.patterns.first().map(|pattern| pattern.text);
    same_place(one, other) && pattern(one) == pattern(other)
}

/// Why a table has no one URL for a route.
#[derive(Clone, Debug)]
pub struct UrlError {
    route: &'static RouteInfo,
    /// Where it stands; empty where it does not.
    places: Vec<String>,
}

impl UrlError {
    /// Whether the table does not list the route at all; if it does, it does so more than once.
    pub const fn is_missing(&self) -> bool {
        self.places.is_empty()
    }
}

impl fmt::Display for UrlError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RouteInfo { name, module, .. } = self.route;
        match self.places.as_slice() {
            [] => write!(f, "expected `{module}::{name}` in the table, found no such route"),
            places => {
                write!(f, "expected `{module}::{name}` once in the table, found {}", places.join(" and "))
            }
        }
    }
}

impl Error for UrlError {}

impl Deref for RouteUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for RouteUrl {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl From<RouteUrl> for String {
    #[inline]
    fn from(url: RouteUrl) -> Self {
        url.text
    }
}

impl PartialEq for RouteUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RouteUrl {}

impl PartialEq<str> for RouteUrl {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for RouteUrl {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl PartialEq<String> for RouteUrl {
    fn eq(&self, other: &String) -> bool {
        self.text == *other
    }
}

/// As its text.
impl Serialize for RouteUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl fmt::Display for RouteUrl {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// As its text.
impl fmt::Debug for RouteUrl {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Routes, get, routes};

    #[get("/")]
    async fn root() {}

    #[get("/users/:id", "/people/:id")]
    async fn user(id: u8) -> String {
        id.to_string()
    }

    #[get("/links")]
    async fn links() -> crate::Result<String> {
        Ok(OUTER.url(user::url(7))?.into())
    }

    const INNER: Routes = routes![root, "/in" => [user]];
    const OUTER: Routes = routes![links, "/out" => INNER];
    const TWICE: Routes = routes!["/a" => INNER, "/b" with [] => [user], root];

    #[track_caller]
    fn all(routes: Routes, url: super::RouteUrl) -> Vec<String> {
        routes.urls(url).map(String::from).collect()
    }

    #[test]
    fn puts_the_prefixes_of_the_table_in_front() {
        assert_eq!(INNER.url(user::url(7)).unwrap(), "/in/users/7");
        assert_eq!(OUTER.url(user::url(7)).unwrap(), "/out/in/users/7");
        assert_eq!(OUTER.url(INNER.url(user::url(7)).unwrap()).unwrap(), "/out/in/users/7");
        assert_eq!(INNER.url(OUTER.url(user::url(7)).unwrap()).unwrap(), "/in/users/7");
    }

    #[test]
    fn the_root_below_a_prefix_is_the_prefix() {
        assert_eq!(INNER.url(root::url()).unwrap(), "/");
        assert_eq!(OUTER.url(root::url().query(&[("q", 1)])).unwrap(), "/out?q=1");
        assert_eq!(INNER.url(OUTER.url(root::url().query(&[("q", 1)])).unwrap()).unwrap(), "/?q=1");
    }

    #[test]
    fn says_where_a_route_stands_more_than_once() {
        assert_eq!(all(TWICE, user::url(7)), ["/a/in/users/7", "/b/users/7"]);
        assert_eq!(all(TWICE, root::url()), ["/a", "/"]);
        let error = TWICE.url(user::url(7)).unwrap_err();
        assert!(!error.is_missing());
        let text = error.to_string();
        assert!(text.ends_with("once in the table, found /a/in/users/7 and /b/users/7"), "{text}");
    }

    #[test]
    fn says_that_a_route_is_not_in_the_table() {
        let error = INNER.url(links::url()).unwrap_err();
        assert!(error.is_missing());
        assert!(error.to_string().contains("::links` in the table, found no such route"), "{error}");
    }

    #[tokio::test]
    async fn a_handler_may_ask_the_table_it_stands_in() {
        let client = crate::testing::Client::new(OUTER);
        client.get(&links::url()).await.assert_text("/out/in/users/7");
    }

    #[test]
    fn appends_queries() {
        let url = user::url(7).query(&[("a", "x y")]).query(&[("b", "&")]);
        assert_eq!(url, "/users/7?a=x%20y&b=%26");
        assert_eq!(user::url(7).query(&[("a", None::<u8>)]), "/users/7");
    }
}
