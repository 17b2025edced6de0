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
    T: Shared,
{
    const READY: bool = true;
    type Rejection = Infallible;

    async fn from_request(_: &mut Request, state: &S) -> Result<Self, Infallible> {
        Ok(Self(state.provide().clone()))
    }
}

/// What requests can each have a clone of, on any thread. One trait, so that a type that lacks two of them is told of once,
/// and in these words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be handed to each request: it has to be `Clone`, and shared between threads (`Send` and \
               `Sync`)",
    label = "`State` clones the value for each request, on any thread",
    note = "where it is not `Clone`, derive that, or put it into an `Arc` in the state and ask for `State<Arc<...>>`",
    note = "between threads, `Arc` stands for `Rc`, a `Mutex` for a `RefCell`, and an atomic number for a `Cell`"
)]
pub trait Shared: Clone + Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync> Shared for T {}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
