//! [`SessionStore`]: what a place to keep sessions in must do.

use std::time::Duration;

use crate::error::Error;
use crate::middleware::BoxFuture;

/// A place for sessions: a map from ids to texts, each of which ends at its time.
///
/// [`MemoryStore`](crate::MemoryStore) is one for a single process. One for several copies of a server asks a database:
///
/// ```
/// use server::SessionStore;
/// use std::time::Duration;
///
/// # #[derive(Clone)]
/// # struct Database;
/// # impl Database {
/// #     async fn get(&self, _: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
/// #     async fn set(&self, _: &str, _: String, _: Duration) -> Result<(), std::io::Error> { Ok(()) }
/// #     async fn delete(&self, _: &str) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// struct DatabaseStore(Database);
///
/// impl SessionStore for DatabaseStore {
///     async fn load(&self, id: &str) -> server::Result<Option<String>> {
///         Ok(self.0.get(id).await?)
///     }
///
///     async fn save(&self, id: &str, text: String, lasting: Duration) -> server::Result {
///         Ok(self.0.set(id, text, lasting).await?)
///     }
///
///     async fn remove(&self, id: &str) -> server::Result {
///         Ok(self.0.delete(id).await?)
///     }
/// }
/// ```
pub trait SessionStore: Send + Sync + 'static {
    /// The text that was saved under `id`, unless its time is over.
    fn load(&self, id: &str) -> impl Future<Output = Result<Option<String>, Error>> + Send;

    /// Keeps `text`, which is JSON, under `id` for the time `lasting`, in the place of what was there.
    fn save(
        &self,
        id: &str,
        text: String,
        lasting: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Forgets what is under `id`, where there is something.
    fn remove(&self, id: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

/// A [`SessionStore`] without its type.
pub(super) trait DynStore: Send + Sync {
    fn load<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>>;

    fn save<'a>(&'a self, id: &'a str, text: String, lasting: Duration) -> BoxFuture<'a, Result<(), Error>>;

    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Error>>;
}

impl<T: SessionStore> DynStore for T {
    fn load<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(SessionStore::load(self, id))
    }

    fn save<'a>(&'a self, id: &'a str, text: String, lasting: Duration) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(SessionStore::save(self, id, text, lasting))
    }

    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(SessionStore::remove(self, id))
    }
}
