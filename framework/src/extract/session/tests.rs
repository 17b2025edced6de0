//! Sessions as a browser has them: begun, kept, renewed and ended.

use std::sync::Mutex;

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
    first.insert("visits", 7).unwrap();
    let (set, sent) = cookie(first.save().await.unwrap());
    assert!(set.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=60"), "{set}");
    assert_eq!(sent.len(), "session=".len() + 64);
    let mut second = session(&app, &sent).await;
    assert_eq!((second.get::<String>("name").as_deref(), second.get::<u8>("visits")), (Some("Ada"), Some(7)));
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

/// A store that has this text under every id, or is out of reach where there is none; it remembers what it was asked for.
#[derive(Clone)]
struct Anything(Option<&'static str>, Arc<Mutex<Vec<String>>>);

impl SessionStore for Anything {
    async fn load(&self, id: &str) -> Result<Option<String>, Error> {
        self.1.lock().unwrap().push(id.to_owned());
        self.0.map(|text| Some(text.to_owned())).ok_or_else(|| Error::message("the store is down"))
    }

    async fn create(&self, _: &str, _: String, _: Duration) -> Result<(), Error> {
        Ok(())
    }

    async fn update(&self, _: &str, _: String, _: Duration) -> Result<bool, Error> {
        Ok(true)
    }

    async fn renew(&self, _: &str, _: &str, _: String, _: Duration) -> Result<bool, Error> {
        Ok(true)
    }

    async fn remove(&self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}

#[tokio::test]
async fn a_store_is_asked_for_nothing_that_is_no_id() {
    let store = Anything(Some("{}"), Arc::default());
    let app = App(Sessions::new(store.clone()));
    let id = "0123456789abcdef".repeat(4);
    let (upper, path) = ("A".repeat(64), format!("{}etc/passwd", "../".repeat(18)));
    assert_eq!(path.len(), 64);
    for sent in [&upper, &path, &id[1..], &id] {
        session(&app, &format!("session={sent}")).await;
    }
    assert_eq!(*store.1.lock().unwrap(), [id]);
}

#[tokio::test]
async fn a_text_of_the_store_that_is_no_session_is_told_as_one() {
    let app = App(Sessions::new(Anything(Some("[7]"), Arc::default())));
    let mut request = Request::new(Method::GET, "/");
    let sent = format!("session={}", "a".repeat(64));
    request.headers_mut().append("cookie", HeaderValue::from_str(&sent).unwrap());
    let refused = Session::from_request(&mut request, &app).await.unwrap_err().to_string();
    assert!(refused.starts_with("the store has a session that is no JSON object: invalid type"), "{refused}");
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
    let (set, _) = cookie(session(&app, "session=long-gone").await.end().await.unwrap());
    assert!(
        set.starts_with("session=;") && set.ends_with("Max-Age=0"),
        "the client forgets it all the same: {set}"
    );
    let nothing = session(&app, "").await.end().await.unwrap();
    assert!((nothing, "text").into_response().headers().is_empty());
}

#[tokio::test]
async fn one_that_is_ended_stays_so_whoever_saves_it() {
    for renews in [false, true] {
        let app = app();
        let mut login = session(&app, "").await;
        login.insert("name", "Ada").unwrap();
        let (_, sent) = cookie(login.save().await.unwrap());
        // A request that is still under way when its client logs out.
        let mut late = session(&app, &sent).await;
        assert!(!session(&app, &sent).await.end().await.unwrap().is_kept());
        late.insert("visits", 2).unwrap();
        if renews {
            late.renew();
        }
        let saved = late.save().await.unwrap();
        assert!(!saved.is_kept());
        assert!((saved, "text").into_response().headers().is_empty(), "no cookie brings it back");
        assert!(session(&app, &sent).await.is_empty());
    }
}

#[tokio::test]
async fn of_two_that_renew_one_session_the_first_does() {
    let app = app();
    let mut login = session(&app, "").await;
    login.insert("name", "Ada").unwrap();
    let (_, sent) = cookie(login.save().await.unwrap());
    let (mut first, mut second) = (session(&app, &sent).await, session(&app, &sent).await);
    first.renew();
    second.renew();
    let (_, new) = cookie(first.save().await.unwrap());
    assert!(!second.save().await.unwrap().is_kept());
    assert_eq!(session(&app, &new).await.get::<String>("name").as_deref(), Some("Ada"));
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
    let app = App(Sessions::new(Anything(None, Arc::default())).named("id").secure());
    let mut request = Request::new(Method::GET, "/");
    request.headers_mut().append("cookie", HeaderValue::try_from(format!("id={}", "a".repeat(64))).unwrap());
    let refused = Session::from_request(&mut request, &app).await.unwrap_err();
    assert_eq!(refused.into_response().status(), 500);
    let (set, _) = cookie(session(&app, "").await.save().await.unwrap());
    assert!(set.starts_with("id=") && set.contains("; Secure"), "{set}");
}
