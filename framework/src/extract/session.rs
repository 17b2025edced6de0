//! [`Session`]: what the server keeps of a client between its requests, under an id that only that client knows.
//! Behind the feature `sessions`.
//!
//! The cookie holds the id alone. An id comes from the system's random generator and never from a client: one that the
//! store does not know is as good as none, so that nobody can have another use an id that he chose.

mod memory;
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

    /// Has clients send the cookie over TLS alone; what every server should say that is reached so.
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
/// saves last wins.
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
    pub fn insert<T: Serialize + ?Sized>(&mut self, key: impl Into<String>, value: &T) -> Result<(), Error> {
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
    /// # Errors
    ///
    /// Where the store, or the system's random generator, fails.
    pub async fn save(self) -> Result<SavedSession, Error> {
        let store = &self.sessions.store;
        let text = serde_json::to_string(&self.values)?;
        let id = match self.id {
            Some(id) if !self.renewed => id,
            old => {
                if let Some(old) = old {
                    store.remove(&old).await?;
                }
                new_id()?
            }
        };
        store.save(&id, text, self.sessions.lasting).await?;
        Ok(SavedSession { cookie: Some(self.sessions.cookie(Some(&id))) })
    }

    /// Has the store and the client forget it.
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub async fn end(self) -> Result<SavedSession, Error> {
        let Some(id) = self.id else { return Ok(SavedSession { cookie: None }) };
        self.sessions.store.remove(&id).await?;
        Ok(SavedSession { cookie: Some(self.sessions.cookie(None)) })
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
        let sessions = state.provide().clone();
        let cookies = Cookies::of(request);
        let sent = cookies.get(&sessions.name).filter(|id| id.len() == ID_BYTES * 2);
        let (mut id, mut values) = (None, Map::new());
        if let Some(sent) = sent
            && let Some(text) = sessions.store.load(sent).await?
        {
            values = serde_json::from_str(&text)?;
            id = Some(sent.to_owned());
        }
        Ok(Self { sessions, id, renewed: false, values })
    }
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
        f.debug_struct("SavedSession").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::IntoResponse;

    struct App(Sessions);

    impl Provides<Sessions> for App {
        fn provide(&self) -> &Sessions {
            &self.0
        }
    }

    fn app() -> App {
        App(Sessions::new(MemoryStore::new(8)).lasting(Duration::from_secs(60)))
    }

    async fn session(app: &App, cookie: &str) -> Session {
        let mut request = Request::new(Method::GET, "/");
        request.headers_mut().append("cookie", HeaderValue::from_str(cookie).unwrap());
        Session::from_request(&mut request, app).await.unwrap()
    }

    /// The whole `Set-Cookie`, and `name=value` of it.
    fn cookie(saved: SavedSession) -> (String, String) {
        let response = (saved, "text").into_response();
        let set = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        let pair = set.split_once(';').unwrap().0.to_owned();
        (set, pair)
    }

    #[tokio::test]
    async fn what_is_saved_is_there_the_next_time() {
        let app = app();
        let mut first = session(&app, "").await;
        assert!(first.is_empty());
        first.insert("name", "Ada").unwrap();
        first.insert("visits", &7).unwrap();
        let (set, sent) = cookie(first.save().await.unwrap());
        assert!(set.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=60"), "{set}");
        assert_eq!(sent.len(), "session=".len() + 64);
        let mut second = session(&app, &sent).await;
        assert_eq!(
            (second.get::<String>("name").as_deref(), second.get::<u8>("visits")),
            (Some("Ada"), Some(7))
        );
        assert_eq!((second.get::<u8>("name"), second.get::<u8>("other")), (None, None));
        assert!(second.remove("visits") && !second.remove("visits"));
        assert_eq!(format!("{second:?}"), r#"{"name"}"#);
        assert_eq!(cookie(second.save().await.unwrap()).1, sent);
    }

    #[tokio::test]
    async fn an_id_that_a_client_made_is_no_session() {
        let app = app();
        let made = format!("session={}", "a".repeat(64));
        for sent in [made.as_str(), "session=", "session=short", "other=1"] {
            let mut session = session(&app, sent).await;
            assert!(session.is_empty());
            session.insert("name", "Ada").unwrap();
            assert_ne!(cookie(session.save().await.unwrap()).1, sent);
        }
    }

    #[tokio::test]
    async fn a_renewed_one_has_another_id_and_the_same_values() {
        let app = app();
        let mut before = session(&app, "").await;
        before.insert("name", "Ada").unwrap();
        let (_, old) = cookie(before.save().await.unwrap());
        let mut login = session(&app, &old).await;
        login.renew();
        let (_, new) = cookie(login.save().await.unwrap());
        assert_ne!(old, new);
        assert!(session(&app, &old).await.is_empty());
        assert_eq!(session(&app, &new).await.get::<String>("name").as_deref(), Some("Ada"));
    }

    #[tokio::test]
    async fn one_that_is_ended_is_forgotten_on_both_sides() {
        let app = app();
        let mut login = session(&app, "").await;
        login.insert("name", "Ada").unwrap();
        let (_, sent) = cookie(login.save().await.unwrap());
        let (set, _) = cookie(session(&app, &sent).await.end().await.unwrap());
        assert!(set.starts_with("session=;") && set.ends_with("Max-Age=0"), "{set}");
        assert!(session(&app, &sent).await.is_empty());
        let nothing = session(&app, "").await.end().await.unwrap();
        assert!((nothing, "text").into_response().headers().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_its_time_is_over() {
        let app = app();
        let mut login = session(&app, "").await;
        login.insert("name", "Ada").unwrap();
        let (_, sent) = cookie(login.save().await.unwrap());
        tokio::time::advance(Duration::from_secs(59)).await;
        drop(session(&app, &sent).await.save().await.unwrap());
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(!session(&app, &sent).await.is_empty());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(session(&app, &sent).await.is_empty());
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_500() {
        struct Broken;
        impl SessionStore for Broken {
            async fn load(&self, _: &str) -> Result<Option<String>, Error> {
                Err(Error::message("the store is down"))
            }

            async fn save(&self, _: &str, _: String, _: Duration) -> Result<(), Error> {
                Ok(())
            }

            async fn remove(&self, _: &str) -> Result<(), Error> {
                Ok(())
            }
        }
        let app = App(Sessions::new(Broken).named("id").secure());
        let mut request = Request::new(Method::GET, "/");
        request
            .headers_mut()
            .append("cookie", HeaderValue::try_from(format!("id={}", "a".repeat(64))).unwrap());
        let refused = Session::from_request(&mut request, &app).await.unwrap_err();
        assert_eq!(refused.into_response().status(), 500);
        let (set, _) = cookie(session(&app, "").await.save().await.unwrap());
        assert!(set.starts_with("id=") && set.contains("; Secure"), "{set}");
    }
}
