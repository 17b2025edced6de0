//! [`Session`]: what the server keeps of a client between its requests, under an id that only that client knows.
//! Behind the feature `sessions`.
//!
//! The cookie holds the id alone. An id comes from the system's random generator and never from a client: one that the
//! store does not know is as good as none, so that nobody can have another use an id that he chose.

mod memory;
#[cfg(feature = "redis")]
mod redis;
mod store;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cookie::{Cookie, SameSite};
use http::header::SET_COOKIE;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::RedisStore;
use store::DynStore;
pub use store::SessionStore;

use super::cookies::{Cookies, set_cookie};
use super::{FromRequest, Provides};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::respond::ResponsePart;

/// Random bytes of an id: more than anybody can try.
const ID_BYTES: usize = 32;

/// Where the sessions are and how long they last; the server's state holds it.
///
/// ```
/// use server::{MemoryStore, Sessions};
/// use std::time::Duration;
///
/// #[derive(server::State, Clone)]
/// struct App {
///     sessions: Sessions,
/// }
///
/// let sessions = Sessions::new(MemoryStore::new(10_000)).lasting(Duration::from_secs(3600)).secure();
/// let app = App { sessions };
/// ```
#[derive(Clone)]
pub struct Sessions {
    store: Arc<dyn DynStore>,
    name: String,
    lasting: Duration,
    secure: bool,
}

impl Sessions {
    /// Sessions in `store`, that end 24 hours after they were saved last, under the cookie `session`.
    pub fn new(store: impl SessionStore) -> Self {
        let lasting = Duration::from_secs(24 * 60 * 60);
        Self { store: Arc::new(store), name: "session".to_owned(), lasting, secure: false }
    }

    /// Sets how long a session lasts after it was saved last.
    #[must_use]
    pub fn lasting(mut self, time: Duration) -> Self {
        self.lasting = time;
        self
    }

    /// Sets the cookie's name.
    #[must_use]
    pub fn named(mut self, cookie: impl Into<String>) -> Self {
        self.name = cookie.into();
        self
    }

    /// Has clients send the cookie over TLS alone; what every server should say that is reached so. Where the server
    /// itself [speaks TLS](Request::is_secure) that is said without this.
    #[must_use]
    pub fn secure(mut self) -> Self {
        self.secure = true;
        self
    }

    /// The cookie that has a client keep `id`, or forget it.
    fn cookie(&self, id: Option<&str>) -> Cookie<'static> {
        let cookie = Cookie::build((self.name.clone(), id.unwrap_or_default().to_owned()));
        let cookie = cookie.path("/").http_only(true).same_site(SameSite::Lax).secure(self.secure);
        let lasting = if id.is_some() { self.lasting } else { Duration::ZERO };
        let seconds = i64::try_from(lasting.as_secs()).unwrap_or(i64::MAX);
        cookie.max_age(cookie::time::Duration::seconds(seconds)).build()
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, lasting, secure, store: _ } = self;
        let mut debug = f.debug_struct("Sessions");
        debug.field("name", name).field("lasting", lasting).field("secure", secure).finish_non_exhaustive()
    }
}

/// Takes the client's session from the [`Sessions`] of the state; an empty one where it has none.
///
/// Changes are kept by [`Session::save`] and no sooner; what it returns stands before the response and sets the cookie. A
/// session that is not saved costs the store nothing. Of two requests of one client at the same time, the one that
/// saves last wins; of one that ends it and one that saves it, the one that ends it.
///
/// ```
/// use serde::Deserialize;
/// use server::{Form, Redirect, SavedSession, Session, Sessions, get, post};
///
/// #[derive(server::State, Clone)]
/// struct App {
///     sessions: Sessions,
/// }
///
/// #[derive(Deserialize)]
/// struct Login {
///     name: String,
/// }
///
/// #[post("/login")]
/// async fn login(mut session: Session, form: Form<Login>) -> server::Result<(SavedSession, Redirect)> {
///     session.insert("name", &form.name)?;
///     session.renew();
///     Ok((session.save().await?, Redirect::see_other("/")))
/// }
///
/// #[get("/")]
/// async fn index(session: Session) -> String {
///     session.get("name").unwrap_or_else(|| "nobody".to_owned())
/// }
///
/// #[post("/logout")]
/// async fn logout(session: Session) -> server::Result<(SavedSession, Redirect)> {
///     Ok((session.end().await?, Redirect::see_other("/")))
/// }
/// ```
///
/// Refuses with 500, and the reason in the log, where the store fails.
pub struct Session {
    sessions: Sessions,
    /// Whether the client has a cookie of this name, whatever is in it.
    is_sent: bool,
    /// The id that the store knows it by.
    id: Option<String>,
    renewed: bool,
    values: Map<String, Value>,
}

impl Session {
    /// The value `key`; `None` where there is none, or one of another type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.values.get(key)?).ok()
    }

    /// Sets the value `key`.
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Serialize) -> Result<(), Error> {
        self.values.insert(key.into(), serde_json::to_value(value)?);
        Ok(())
    }

    /// Removes the value `key`; says whether there was one.
    pub fn remove(&mut self, key: &str) -> bool {
        self.values.remove(key).is_some()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Gives it a new id when it is saved, and has the store forget the old one: after a login, so that who knew the id
    /// from before has nothing of it.
    pub fn renew(&mut self) {
        self.renewed = true;
    }

    /// Keeps it for as long as sessions last, counted anew.
    ///
    /// Where it has ended since this request came, by a logout say, it stays ended: nothing is kept and no cookie set,
    /// which [`SavedSession::is_kept`] tells.
    ///
    /// # Errors
    ///
    /// Where the store, or the system's random generator, fails.
    pub async fn save(self) -> Result<SavedSession, Error> {
        let (store, lasting) = (&self.sessions.store, self.sessions.lasting);
        let text = serde_json::to_string(&self.values)?;
        let (id, is_kept) = match self.id {
            Some(id) if !self.renewed => {
                let is_kept = store.update(&id, text, lasting).await?;
                (id, is_kept)
            }
            Some(old) => {
                let new = new_id()?;
                let is_kept = store.renew(&old, &new, text, lasting).await?;
                (new, is_kept)
            }
            None => {
                let new = new_id()?;
                store.create(&new, text, lasting).await?;
                (new, true)
            }
        };
        Ok(SavedSession { cookie: is_kept.then(|| self.sessions.cookie(Some(&id))), is_kept })
    }

    /// Has the store and the client forget it.
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub async fn end(self) -> Result<SavedSession, Error> {
        if let Some(id) = &self.id {
            self.sessions.store.remove(id).await?;
        }
        Ok(SavedSession { cookie: self.is_sent.then(|| self.sessions.cookie(None)), is_kept: false })
    }
}

fn new_id() -> Result<String, Error> {
    let mut bytes = [0; ID_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl<S: Provides<Sessions> + Sync> FromRequest<S> for Session {
    type Rejection = Error;

    async fn from_request(request: &mut Request, state: &S) -> Result<Self, Error> {
        let mut sessions = state.provide().clone();
        sessions.secure |= request.is_secure();
        let cookies = Cookies::of(request);
        let sent = cookies.get(&sessions.name);
        let (mut id, mut values) = (None, Map::new());
        if let Some(sent) = sent.filter(|sent| is_id(sent))
            && let Some(text) = sessions.store.load(sent).await?
        {
            values = parse(&text)?;
            id = Some(sent.to_owned());
        }
        let is_sent = sent.is_some();
        Ok(Self { sessions, is_sent, id, renewed: false, values })
    }
}

/// Whether this has the form of an id. What has another is nothing that a store need know how to look for.
fn is_id(sent: &str) -> bool {
    sent.len() == ID_BYTES * 2 && sent.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn parse(text: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(text)
        .map_err(|fault| Error::message(format!("the store has a session that is no JSON object: {fault}")))
}

/// Says which values there are, and neither these nor the id: debug output ends in logs.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// A [`Session`] that was saved or ended; before a response it sets the cookie.
#[must_use = "it stands before the response, as in `(saved, Redirect::see_other(\"/\"))`, and sets the cookie"]
pub struct SavedSession {
    cookie: Option<Cookie<'static>>,
    is_kept: bool,
}

impl SavedSession {
    /// Whether the store has it: not where it was ended, nor where it had ended before it was saved.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }
}

impl ResponsePart for SavedSession {
    fn apply(self, mut response: Response) -> Response {
        match self.cookie.as_ref().map(set_cookie) {
            None => response,
            Some(Ok(value)) => {
                response.append_header(SET_COOKIE, value);
                response
            }
            Some(Err(reason)) => Response::broken(reason),
        }
    }
}

impl fmt::Debug for SavedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedSession").field("is_kept", &self.is_kept).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
