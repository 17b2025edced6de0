//! [`SessionStore`]: what a place to keep sessions in must do.

use std::time::Duration;

use crate::error::Error;
use crate::middleware::BoxFuture;

/// The most bytes of one session as JSON, in the stores of the box.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// A place for sessions: a map from ids to texts, each of which ends at its time.
///
/// [`MemoryStore`](crate::MemoryStore) is one for a single process; with the feature `redis` there is `RedisStore` for
/// several. One of your own asks a database. What it must hold is that an id which is gone stays gone: a request that
/// was under way while its client logged out must not bring the session back by saving it.
///
/// An id is 64 hexadecimal digits, in small letters: what else a client sends in the cookie is not asked for. What fails is
/// told by `?`: it is answered with 500, and the reason goes to the log alone. A store that does not come back is cut
/// off with the request, by its [`request_timeout`](crate::Server::request_timeout).
///
/// ```
/// use server::SessionStore;
/// use std::time::Duration;
///
/// # #[derive(Clone)]
/// # struct Database;
/// # impl Database {
/// #     async fn text(&self, _: &str, _: &[&str]) -> Result<Option<String>, std::io::Error> { Ok(None) }
/// #     async fn rows(&self, _: &str, _: &[&str], _: Duration) -> Result<u64, std::io::Error> { Ok(1) }
/// # }
/// struct DatabaseStore(Database);
///
/// impl SessionStore for DatabaseStore {
///     async fn load(&self, id: &str) -> server::Result<Option<String>> {
///         Ok(self.0.text("SELECT text FROM sessions WHERE id = $1 AND ends > now()", &[id]).await?)
///     }
///
///     async fn create(&self, id: &str, text: String, lasting: Duration) -> server::Result {
///         self.0.rows("INSERT INTO sessions VALUES ($1, $2, now() + $3)", &[id, &text], lasting).await?;
///         Ok(())
///     }
///
///     async fn update(&self, id: &str, text: String, lasting: Duration) -> server::Result<bool> {
///         let update = "UPDATE sessions SET text = $2, ends = now() + $3 WHERE id = $1 AND ends > now()";
///         Ok(self.0.rows(update, &[id, &text], lasting).await? == 1)
///     }
///
///     async fn renew(&self, old: &str, new: &str, text: String, lasting: Duration) -> server::Result<bool> {
///         let renew = "UPDATE sessions SET id = $2, text = $3, ends = now() + $4 WHERE id = $1 AND ends > now()";
///         Ok(self.0.rows(renew, &[old, new, &text], lasting).await? == 1)
///     }
///
///     async fn remove(&self, id: &str) -> server::Result {
///         self.0.rows("DELETE FROM sessions WHERE id = $1", &[id], Duration::ZERO).await?;
///         Ok(())
///     }
/// }
/// ```
pub trait SessionStore: Send + Sync + 'static {
    /// The text that is under `id`, unless its time is over.
    fn load(&self, id: &str) -> impl Future<Output = Result<Option<String>, Error>> + Send;

    /// Keeps `text`, which is JSON, under a new `id` for the time `lasting`.
    fn create(
        &self,
        id: &str,
        text: String,
        lasting: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Puts `text` in the place of what is under `id`, for the time `lasting` from now.
    ///
    /// Where nothing is there any more it keeps nothing and says `false`; to look and then to write is not enough, as a
    /// [`SessionStore::remove`] may come in between.
    fn update(
        &self,
        id: &str,
        text: String,
        lasting: Duration,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Puts `text` under `new` in the place of what is under `old`, in one step: there is no time at which both are
    /// there, or neither. Where nothing is under `old` any more it keeps nothing and says `false`.
    fn renew(
        &self,
        old: &str,
        new: &str,
        text: String,
        lasting: Duration,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Forgets what is under `id`, where there is something.
    fn remove(&self, id: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

/// A [`SessionStore`] without its type.
pub(super) trait DynStore: Send + Sync {
    fn load<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>>;

    fn create<'a>(&'a self, id: &'a str, text: String, lasting: Duration)
    -> BoxFuture<'a, Result<(), Error>>;

    fn update<'a>(
        &'a self,
        id: &'a str,
        text: String,
        lasting: Duration,
    ) -> BoxFuture<'a, Result<bool, Error>>;

    fn renew<'a>(
        &'a self,
        old: &'a str,
        new: &'a str,
        text: String,
        lasting: Duration,
    ) -> BoxFuture<'a, Result<bool, Error>>;

    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Error>>;
}

impl<T: SessionStore> DynStore for T {
    fn load<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(SessionStore::load(self, id))
    }

    fn create<'a>(
        &'a self,
        id: &'a str,
        text: String,
        lasting: Duration,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(SessionStore::create(self, id, text, lasting))
    }

    fn update<'a>(
        &'a self,
        id: &'a str,
        text: String,
        lasting: Duration,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(SessionStore::update(self, id, text, lasting))
    }

    fn renew<'a>(
        &'a self,
        old: &'a str,
        new: &'a str,
        text: String,
        lasting: Duration,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(SessionStore::renew(self, old, new, text, lasting))
    }

    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(SessionStore::remove(self, id))
    }
}

/// Refuses a session that is larger than those of the box may be.
///
/// # Errors
///
/// Where it has more than [`MAX_BYTES`].
pub(super) fn check_len(text: &str) -> Result<(), Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::message(format!(
            "a session of {} bytes, and {MAX_BYTES} are allowed",
            text.len()
        )));
    }
    Ok(())
}
