//! The macros that run a program and its tests.

/// Runs an `async fn main`.
///
/// ```
/// #[server::main]
/// async fn main() -> server::Result {
///     let greeting = std::env::var("GREETING").unwrap_or_else(|_| "hello".to_owned());
///     println!("{greeting}");
///     Ok(())
/// }
/// ```
///
/// The function runs on the thread of `main`, on a Tokio runtime of one thread with timers, sockets and signals; the
/// server's workers have threads and runtimes of their own. It may return whatever `main` may: with
/// [`server::Result`](crate::Result) any error ends the program with status 1 and its chain of causes on standard error.
///
/// It stands over a function of another name too, which a plain `main` then calls; not from inside of a runtime, where
/// it panics.
pub use fingerpost_macros::main;

/// Runs an `async fn` as a test.
///
/// ```
/// #[server::test]
/// async fn waits() -> server::Result {
///     tokio::time::sleep(std::time::Duration::from_millis(1)).await;
///     Ok(())
/// }
/// ```
///
/// The test has a Tokio runtime of its own, on its own thread. `#[should_panic]` and `#[ignore]` work as ever; it
/// returns nothing or a `Result`, and takes no arguments.
pub use fingerpost_macros::test;
