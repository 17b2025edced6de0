//! Slow clients of three kinds at once: each is shed at its bound, and nobody else waits for them.

mod client;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::client::{Kind, Shed, Slowness, shed};
use crate::clients::run_clients;
use crate::polite::{Polite, Waits};
use crate::{Failure, Figure, Form, Ground, Process, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "slow",
    about: "clients that send heads and bodies, and read answers, a few bytes at a time are shed at their bounds",
    run,
};

/// The most memory of the server throughout, in bytes.
const MOST_MEMORY: f64 = 200_000_000.0;

/// How many times its wait without them a well-behaved client may wait.
const MOST_SLOWDOWN: f64 = 3.0;

/// What a busy machine may add to a bound.
const LATENESS: f64 = 2.0;

/// The longest time in which all must be shed.
const LONGEST: Duration = Duration::from_secs(120);

/// What is done in a form of the scenario.
struct Plan {
    /// How many of each kind.
    counts: [(Kind, usize); 3],
    slowness: Slowness,
    settings: &'static [(&'static str, &'static str)],
    /// How long the well-behaved client is alone, and over which time the others come.
    alone: Duration,
    ramp: Duration,
}

/// The bounds are the defaults: a head in 10 s, 240 bytes a second after 5 s.
const LONG: Plan = Plan {
    counts: [(Kind::Head, 5_000), (Kind::Reader, 5_000), (Kind::Upload, 2_000)],
    slowness: Slowness { head: Duration::from_secs(3), body: Duration::from_secs(1) },
    settings: &[],
    alone: Duration::from_secs(15),
    ramp: Duration::from_secs(5),
};

/// The bounds are so low that seconds are enough.
const SHORT: Plan = Plan {
    counts: [(Kind::Head, 40), (Kind::Reader, 40), (Kind::Upload, 40)],
    slowness: Slowness { head: Duration::from_millis(200), body: Duration::from_secs(1) },
    settings: &[
        ("SERVER_HEADER_READ_TIMEOUT", "1s"),
        ("SERVER_RATE_GRACE", "1s"),
        // What the socket's buffers take at once then earns a part of a second, not a minute.
        ("SERVER_WRITE_MIN_RATE", "16MiB/s"),
    ],
    alone: Duration::from_millis(100),
    ramp: Duration::from_millis(100),
};

fn run(ground: &Ground, form: Form) -> Result<Report, Failure> {
    let plan = form.choose(SHORT, LONG);
    let app = ground.start("soak-server", plan.settings)?;
    let process = Process::new(app.id());
    let polite = Polite::start(app.address());
    let begun = Instant::now();
    std::thread::sleep(plan.alone);
    let before = process.files()?;
    let attacked = Instant::now();
    let seen = run_clients(async { timeout(LONGEST, attack(app.address(), &plan, process)).await? })?;
    let ended = Instant::now();
    let waits = polite.finish()?;

    let mut figures = Vec::new();
    for (kind, count) in plan.counts {
        figures.extend(figures_of(kind, count, &seen.shed, form));
    }
    let memory = process.peak()? as f64;
    figures.push(Figure::at_most("most memory of the server", memory, MOST_MEMORY, Unit::Bytes));
    let files = process.files()? as f64;
    figures.push(Figure::at_most("files of the server afterwards", files, before as f64, Unit::Count));
    let asked = waits.count() as f64;
    figures.push(Figure::told("requests of a well-behaved client, all answered", asked, Unit::Count));
    if form == Form::Long {
        let all: usize = plan.counts.iter().map(|(_, count)| count).sum();
        let open = (seen.open - before) as f64;
        figures.push(Figure::at_least("slow clients open at once", open, all as f64, Unit::Count));
        figures.extend(slowdown(&waits, begun, attacked, seen.readers_left, ended));
    }
    let [heads, readers, uploads] = plan.counts.map(|(_, count)| count);
    let done = format!("{heads} slow heads, {readers} slow readers and {uploads} slow uploads at once");
    Ok(Report { done, figures })
}

/// How much longer a well-behaved client waited with all slow clients, and with the readers that are left in the end.
fn slowdown(
    waits: &Waits,
    begun: Instant,
    attacked: Instant,
    readers_left: Instant,
    ended: Instant,
) -> Vec<Figure> {
    let alone = waits.p99(begun, attacked);
    let mut figures = vec![Figure::told("its 99th of 100 waits without them", alone, Unit::Seconds)];
    let phases =
        [("with all of them", attacked, readers_left), ("with the readers alone", readers_left, ended)];
    for (phase, from, to) in phases {
        let with = waits.p99(from, to);
        figures.push(Figure::told(format!("its 99th of 100 waits {phase}"), with, Unit::Seconds));
        figures.push(Figure::at_most("which is", with / alone, MOST_SLOWDOWN, Unit::Times));
    }
    figures
}

/// What was seen of all slow clients.
struct Seen {
    shed: Vec<(Kind, Shed)>,
    /// The server's files with all of them open.
    open: usize,
    /// When all but the readers had been shed.
    readers_left: Instant,
}

async fn attack(address: SocketAddr, plan: &Plan, process: Process) -> Result<Seen, Failure> {
    let mut clients = JoinSet::new();
    for (kind, count) in plan.counts {
        for index in 0..count {
            let delay = plan.ramp.mul_f64(index as f64 / count as f64);
            let slowness = plan.slowness;
            clients.spawn(async move {
                sleep(delay).await;
                shed(kind, address, slowness).await.map(|shed| (kind, shed))
            });
        }
    }
    // Sockets are accepted a moment after they are connected, and none is shed so soon.
    sleep(plan.ramp + plan.ramp / 5).await;
    let open = process.files()?;
    let mut seen = Seen { shed: Vec::new(), open, readers_left: Instant::now() };
    while let Some(client) = clients.join_next().await {
        let (kind, shed) = client??;
        if kind != Kind::Reader {
            seen.readers_left = Instant::now();
        }
        seen.shed.push((kind, shed));
    }
    Ok(seen)
}

/// How the clients of one kind ended, and when.
fn figures_of(kind: Kind, count: usize, all: &[(Kind, Shed)], form: Form) -> Vec<Figure> {
    let shed: Vec<_> = all.iter().filter(|(of, _)| *of == kind).map(|(_, shed)| *shed).collect();
    let as_expected = shed.iter().filter(|shed| shed.end == kind.end()).count();
    let mut figures =
        vec![Figure::exactly(format!("{} shed {}", kind.name(), kind.end_text()), as_expected, count)];
    let after = || shed.iter().map(|shed| shed.after.as_secs_f64());
    if form == Form::Long {
        let (earliest, latest) = kind.bounds();
        let (first, last) = (after().fold(f64::NAN, f64::min), after().fold(f64::NAN, f64::max));
        figures.push(Figure::at_least("the first of them after", first, earliest, Unit::Seconds));
        figures.push(Figure::at_most("the last of them after", last, latest + LATENESS, Unit::Seconds));
    }
    figures
}
