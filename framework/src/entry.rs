//! What `#[server::main]` and `#[server::test]` run an `async fn` on.
//!
//! Both run it on the thread they are called on, on a runtime of its own. The server's workers have runtimes of their
//! own besides: this one only starts them, and waits.

use std::pin::{Pin, pin};

use tokio::runtime::Builder;

/// Runs the future of an `async fn main` to its end.
///
/// # Panics
///
/// When the system gives no event queue, or when the caller is inside of a runtime already.
pub fn block_on_main<F: Future>(future: F) -> F::Output {
    block_on(future)
}

/// Runs the future of an asynchronous test to its end; tasks it spawned and did not await end with it.
///
/// # Panics
///
/// When the system gives no event queue, or when the caller is inside of a runtime already.
pub fn block_on_test<F: Future>(future: F) -> F::Output {
    block_on(future)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut output = None;
    run(pin!(async { output = Some(future.await) }));
    output.expect("the runtime returns when the future has ended")
}

/// Runs a future of any type, so that the runtime is compiled with this crate alone, and not with each program.
fn run(future: Pin<&mut dyn Future<Output = ()>>) {
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => panic!("cannot start the runtime: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    #[server::test]
    async fn has_timers_and_sockets_and_takes_a_result() -> io::Result<()> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        Ok(())
    }

    #[server::test]
    #[should_panic(expected = "as it must")]
    async fn keeps_should_panic() {
        tokio::task::yield_now().await;
        panic!("as it must");
    }

    #[test]
    fn main_gives_what_the_future_gives() {
        assert_eq!(super::block_on_main(async { 7 }), 7);
    }
}
