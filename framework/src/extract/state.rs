//! [`State`]: a value of the application's state.

use std::convert::Infallible;
use std::ops::Deref;

use super::{FromRequest, Provides};
use crate::http::Request;

/// A clone of the value of type `T` that the application's state holds.
///
/// The state is a struct that derives [`server::State`](macro@crate::State); each field's type can be asked for, and
/// the struct itself where it is `Clone`. A type that the state does not hold is a compile error where the routing
/// table is made. No request is refused.
///
/// Each handler gets a clone of its own: keep what is dear to clone behind an `Arc`, as connection pools do
/// themselves.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use server::State;
///
/// #[derive(Clone, Default)]
/// struct Visits(Arc<AtomicU64>);
///
/// #[derive(server::State, Default)]
/// struct App {
///     visits: Visits,
/// }
///
/// #[server::get("/visits")]
/// async fn count(visits: State<Visits>) -> String {
///     visits.0.0.fetch_add(1, Ordering::Relaxed).to_string()
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State<T>(
    /// The clone.
    pub T,
);

impl<S, T> FromRequest<S> for State<T>
where
    S: Provides<T> + Sync,
    T: Clone + Send + Sync,
{
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, state: &S) -> Result<Self, Infallible> {
        Ok(Self(state.provide().clone()))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
