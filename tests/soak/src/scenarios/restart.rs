//! Rolling restarts: a new process takes over the port while the old one drains, and no client notices.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fingerpost_tests::App;
use tokio::task::{JoinSet, block_in_place};
use tokio::time::sleep;

use crate::asker::{Account, Script, Until, play};
use crate::clients::run_clients;
use crate::{Failure, Figure, Form, Ground, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "restart",
    about: "a client that reconnects sees no refused and no reset connection while one process follows another",
    run,
};

/// Clients of each kind.
const CLIENTS: usize = 4;
/// How long each process serves alone. Ports that are shared drop SYNs for a quarter of a second at each end: were there
/// no more time between two, a client's SYNs, a second apart, could be dropped again and again.
const ALONE: Duration = Duration::from_millis(100);
const ALONE_ON_A_SHARED_PORT: Duration = Duration::from_secs(1);
/// A SYN that is dropped comes again a second later, and may be dropped at the next restart.
const LONGEST_CONNECT: f64 = 10.0;

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const ECHO: &str = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello";
const STREAM: &str = "GET /stream HTTP/1.1\r\nhost: a\r\n\r\n";

fn run(ground: &Ground, form: Form) -> Result<Report, Failure> {
    let restarts = form.choose(3, 50);
    let mut figures = Vec::new();
    for (handover, name) in [(Handover::Inherited, "LISTEN_FDS"), (Handover::Shared, "reuse_port")] {
        let (account, succeeded) = restart(ground, handover, restarts)?;
        figures.extend(figures_of(name, &account));
        let what = format!("{name}: longest wait for a connection");
        figures.push(match form {
            Form::Short => Figure::told(what, account.longest_connect, Unit::Seconds),
            Form::Long => Figure::at_most(what, account.longest_connect, LONGEST_CONNECT, Unit::Seconds),
        });
        figures.push(Figure::exactly(format!("{name}: processes that ended in order"), succeeded, restarts));
    }
    Ok(Report { done: format!("{restarts} restarts each way with {} clients", 4 * CLIENTS), figures })
}

fn figures_of(name: &str, account: &Account) -> Vec<Figure> {
    let Account { asked, answered, refused, behind, crossed, reset, broken, unconnected, .. } = *account;
    let none = |what: &str, count| Figure::exactly(format!("{name}: {what}"), count, 0);
    vec![
        Figure::at_least(format!("{name}: requests"), asked as f64, 1.0, Unit::Count),
        Figure::exactly(format!("{name}: answered whole"), answered, asked),
        none("connections refused", unconnected),
        none("connections reset", reset),
        none("answers broken off", broken),
        none("requests without an answer", crossed + behind),
        none("answered otherwise than with 200", refused),
    ]
}

/// How one process follows another.
#[derive(Clone, Copy)]
enum Handover {
    /// A supervisor holds the listening socket, and leaves it to each.
    Inherited,
    /// Each has sockets of its own on the same port.
    Shared,
}

/// Lets clients at a port while processes follow each other there; gives what they saw, and how many of the old
/// processes ended in order.
fn restart(ground: &Ground, handover: Handover, restarts: usize) -> Result<(Account, usize), Failure> {
    let held = TcpListener::bind("127.0.0.1:0")?;
    let start = |address: Option<SocketAddr>, number: usize| -> Result<App, Failure> {
        let runtime = ("SERVER_RUNTIME", if number.is_multiple_of(2) { "per-core" } else { "shared" });
        let port = address.map_or(0, |address| address.port()).to_string();
        match handover {
            Handover::Inherited => {
                Ok(App::activate(&ground.program("probe"), held.try_clone()?, &[runtime])?)
            }
            Handover::Shared => {
                ground.start("probe", &[runtime, ("SERVER_PORT", &port), ("SERVER_REUSE_PORT", "true")])
            }
        }
    };
    let alone = match handover {
        Handover::Inherited => ALONE,
        Handover::Shared => ALONE_ON_A_SHARED_PORT,
    };
    let first = start(None, 0)?;
    let address = first.address();
    run_clients(async {
        let done = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for script in scripts().into_iter().cycle().take(4 * CLIENTS) {
            clients.spawn(play(address, script, Until::Set(Arc::clone(&done))));
        }
        let mut current = first;
        let mut succeeded = 0;
        for number in 1..=restarts {
            sleep(alone).await;
            let next = start(Some(address), number)?;
            let old = std::mem::replace(&mut current, next);
            old.terminate()?;
            // The clients run on another thread meanwhile.
            let (status, _) = block_in_place(|| old.wait())?;
            succeeded += usize::from(status.success());
        }
        done.store(true, Ordering::Relaxed);
        let mut account = Account::default();
        while let Some(seen) = clients.join_next().await {
            account += seen?;
        }
        Ok((account, succeeded))
    })
}

/// One that reconnects for each request, one that keeps its connection, one that pipelines, and one that streams.
fn scripts() -> Vec<Script> {
    vec![
        Script::at_once(&[GET]).reconnecting(),
        Script::at_once(&[GET]),
        Script::at_once(&[GET, ECHO, GET, STREAM, ECHO]),
        Script::at_once(&[STREAM]),
    ]
}
