//! SIGTERM under load: what was begun is answered, the end comes in time, and the last line of the log is right.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use fingerpost_tests::App;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use crate::asker::{Account, Script, Until, play};
use crate::clients::run_clients;
use crate::talk::Talk;
use crate::{Failure, Figure, Form, Ground, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "drain",
    about: "SIGTERM under load loses no request, or counts it, and ends the process in time",
    run,
};

/// Every so many drains pass their deadline.
const CUT_EVERY: usize = 5;
/// The deadlines of a drain that everybody lets end, and of one that nobody does.
const DEADLINE: Duration = Duration::from_secs(10);
const CUT_DEADLINE: Duration = Duration::from_secs(1);
/// What a busy machine may add to a deadline.
const LATE: f64 = 1.0;

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const SLOW: &str = "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n";
const STREAM: &str = "GET /stream HTTP/1.1\r\nhost: a\r\n\r\n";
const TICKS: &str = "GET /ticks HTTP/1.1\r\nhost: a\r\n\r\n";
const LARGE: &str = "GET /large HTTP/1.1\r\nhost: a\r\n\r\n";
const ECHO: &str = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello";
const UPLOAD: &str = "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
/// A body that no handler reads, with its end.
const UNREAD: &str = "GET /slow HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello";

fn run(ground: &Ground, form: Form) -> Result<Report, Failure> {
    let (drains, each) = form.choose((3, 2), (50, 12));
    let mut whole = Tally::default();
    let mut cut = Tally::default();
    for number in 0_usize..drains {
        let runtime = if number.is_multiple_of(2) { "per-core" } else { "shared" };
        // The last of the short form is one of them.
        if number % CUT_EVERY == 2 {
            drain(ground, runtime, CUT_DEADLINE, number, cut_scripts(each), &mut cut)?;
        } else {
            drain(ground, runtime, DEADLINE, number, scripts(each), &mut whole)?;
        }
    }
    let clients = scripts(each).len();
    let done =
        format!("{drains} drains with {clients} clients each, {} of them past the deadline", cut.drains);
    let mut figures = whole_figures(&whole);
    figures.extend(cut_figures(&cut));
    figures.push(late("longest from SIGTERM to the end of the process", whole.longest, DEADLINE, form));
    figures.push(late("the same, past the deadline", cut.longest, CUT_DEADLINE, form));
    Ok(Report { done, figures })
}

/// What comes of drains that end by themselves: nothing is lost.
fn whole_figures(tally: &Tally) -> Vec<Figure> {
    let Account { asked, answered, refused, told, behind, crossed, reset, broken, .. } = tally.account;
    vec![
        Figure::told("requests", asked as f64, Unit::Count),
        Figure::exactly("answered whole", answered, asked),
        Figure::exactly("answered otherwise than with 200", refused, 0),
        Figure::exactly("broken off", broken, 0),
        Figure::exactly("ended without an answer", crossed + behind, 0),
        Figure::exactly("reset without an answer", reset, 0),
        Figure::exactly("connections in use that were told of the end", told, tally.in_use),
        Figure::exactly("idle connections that ended in order", tally.idle_ended, tally.idle),
        Figure::exactly("exit statuses that are right, of whole drains", tally.succeeded, tally.drains),
        Figure::exactly("last lines that say that nothing was cut", tally.said_whole, tally.drains),
    ]
}

/// What comes of drains that nobody lets end: what is lost is counted.
fn cut_figures(tally: &Tally) -> Vec<Figure> {
    let lost = tally.account.asked - tally.account.answered;
    vec![
        Figure::at_least("requests that were cut at the deadline", lost as f64, 1.0, Unit::Count),
        Figure::exactly("of them counted in the last line", tally.said_cut, lost),
        Figure::exactly("exit statuses that are right, of cut drains", tally.succeeded, tally.drains),
    ]
}

fn late(what: &str, longest: Duration, deadline: Duration, form: Form) -> Figure {
    let (value, most) = (longest.as_secs_f64(), deadline.as_secs_f64() + LATE);
    match form {
        Form::Short => Figure::told(what, value, Unit::Seconds),
        Form::Long => Figure::at_most(what, value, most, Unit::Seconds),
    }
}

/// What was seen of all drains of a kind.
#[derive(Default)]
struct Tally {
    drains: usize,
    account: Account,
    /// Connections that were being used when the drain began, each for a client of its own.
    in_use: usize,
    idle: usize,
    idle_ended: usize,
    succeeded: usize,
    said_whole: usize,
    said_cut: usize,
    longest: Duration,
}

/// Clients that go on until their connection ends.
fn scripts(each: usize) -> Vec<Script> {
    let upload = ["5\r\nhello\r\n"; 20].iter().fold(vec![UPLOAD], |mut pieces, piece| {
        pieces.push(piece);
        pieces
    });
    let upload = [upload, vec!["0\r\n\r\n"]].concat();
    let pause = Duration::from_millis;
    let kinds = [
        Script::at_once(&[GET]),
        Script::at_once(&[SLOW]),
        Script::at_once(&[ECHO]),
        Script::at_once(&[STREAM]),
        Script::at_once(&[GET, ECHO, SLOW, GET, STREAM, ECHO, GET]),
        Script::at_once(&[UNREAD, GET, ECHO]),
        Script::slowly(pause(20), &upload),
        Script::slowly(pause(40), &["G", "ET / HT", "TP/1.1\r\n", "host:", " a\r\n", "\r\n"]),
        // Thinks between two requests.
        Script::slowly(pause(150), &["", GET]),
    ];
    let mut scripts: Vec<_> = kinds.iter().cycle().take(kinds.len() * each).cloned().collect();
    scripts.extend([Script::at_once(&[LARGE]), Script::at_once(&[TICKS])]);
    scripts.extend((0..each).map(|_| Script::at_once(&[GET]).reconnecting()));
    scripts
}

/// Clients that let no drain end.
fn cut_scripts(each: usize) -> Vec<Script> {
    let never = Duration::from_secs(4);
    let kinds = [
        Script::at_once(&[SLOW; 12]),
        Script::slowly(never, &[UPLOAD, "0\r\n\r\n"]),
        Script::slowly(never, &["GET / HT", "TP/1.1\r\nhost: a\r\n\r\n"]),
    ];
    kinds.iter().cycle().take(kinds.len() * each).cloned().collect()
}

/// Starts a server, lets the clients at it, ends it, and adds what was seen.
fn drain(
    ground: &Ground,
    runtime: &str,
    deadline: Duration,
    number: usize,
    scripts: Vec<Script>,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let timeout = format!("{}s", deadline.as_secs());
    let app = ground.start("probe", &[("SERVER_RUNTIME", runtime), ("SERVER_SHUTDOWN_TIMEOUT", &timeout)])?;
    let address = app.address();
    // Another moment of what the clients do each time.
    let moment = Duration::from_millis(300 + 37 * (number as u64 % 11));
    let (status, log, took) = run_clients(async {
        let mut idle = idle_connections(address, scripts.len()).await?;
        tally.idle += idle.len();
        let mut clients = JoinSet::new();
        for script in scripts {
            tally.in_use += usize::from(!script.reconnects);
            clients.spawn(play_counted(address, script));
        }
        sleep(moment).await;
        let (status, log, took) = end(app).await?;
        while let Some(seen) = clients.join_next().await {
            tally.account += seen?;
        }
        for talk in &mut idle {
            tally.idle_ended += usize::from(talk.ended().await);
        }
        Ok((status, log, took))
    })?;
    let last = log.lines().last().unwrap_or_default();
    tally.drains += 1;
    tally.succeeded += usize::from(status.success());
    tally.said_whole += usize::from(last.contains("nothing was cut"));
    tally.said_cut += number_of(last, "requests=").unwrap_or(0);
    tally.longest = tally.longest.max(took);
    Ok(())
}

/// Plays a script; where it has a connection for each request, being told of the end is no part of its account.
async fn play_counted(address: SocketAddr, script: Script) -> Account {
    let reconnects = script.reconnects;
    let account = play(address, script, Until::End).await;
    Account { told: if reconnects { 0 } else { account.told }, ..account }
}

/// Connections that do nothing: half of them never did, half had a request.
async fn idle_connections(address: SocketAddr, count: usize) -> Result<Vec<Talk>, Failure> {
    let mut idle = Vec::new();
    for number in 0..count {
        let mut talk = Talk::connect(address).await?;
        if number.is_multiple_of(2) {
            talk.send(GET.as_bytes()).await?;
            talk.answer().await;
        }
        idle.push(talk);
    }
    Ok(idle)
}

/// Sends SIGTERM and waits; gives the exit status, the log, and how long it took.
async fn end(app: App) -> Result<(ExitStatus, String, Duration), Failure> {
    let ended = spawn_blocking(move || {
        let start = Instant::now();
        app.terminate()?;
        let (status, log) = app.wait()?;
        Ok::<_, std::io::Error>((status, log, start.elapsed()))
    });
    Ok(ended.await??)
}

/// The number behind `name` in a line of the log.
fn number_of(line: &str, name: &str) -> Option<usize> {
    let (_, rest) = line.split_once(name)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}
