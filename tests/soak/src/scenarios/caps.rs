//! Connections at each of their bounds: those that are open are served, the others wait or are turned away, and when
//! some leave the server goes on by itself.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::clients::{ask, begin_ask, connect, connect_from, finish_ask, run_clients};
use crate::{Failure, Figure, Form, Ground, Process, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "caps",
    about: "at the bound on connections, of one address, and of files, those that are open are served",
    run,
};

/// Whose connections are bounded by its address, and who is not to notice.
const GREEDY: [u8; 4] = [127, 0, 0, 2];
const OTHER: [u8; 4] = [127, 0, 0, 1];

/// How long nothing may come to a connection that waits.
const SILENCE: Duration = Duration::from_millis(500);

/// How long the server is watched while it can accept nothing, and the most processor time that it may take meanwhile.
const STALL: Duration = Duration::from_secs(2);
const MOST_PROCESSOR_TIME: f64 = 0.2;

/// The limit on files of which a server runs out.
const FILES: usize = 256;

fn run(ground: &Ground, form: Form) -> Result<Report, Failure> {
    let (cap, each) = (form.choose(64, 2_000), form.choose(16, 500));
    let mut figures = Vec::new();
    figures.extend(max_connections(ground, cap)?);
    figures.extend(per_address(ground, each)?);
    figures.extend(few_files(ground)?);
    figures.extend(out_of_files(ground)?);
    let done = format!("{cap} connections at most, then {each} of an address, then {FILES} files");
    Ok(Report { done, figures })
}

/// `max_connections`: the backlog waits, and is served as others leave.
fn max_connections(ground: &Ground, cap: usize) -> Result<Vec<Figure>, Failure> {
    let app = ground.start("soak-server", &[("SERVER_MAX_CONNECTIONS", &cap.to_string())])?;
    let more = cap / 2;
    run_clients(async {
        let mut held = open(OTHER, app.address(), cap).await?;
        // One that is answered is accepted: before, a worker could take a later one first.
        let filled = count_served(&mut held).await;
        let mut waiting = open_and_ask(app.address(), more).await?;
        let kept_waiting = silent(&mut waiting).await;
        let served = count_served(&mut held).await;
        held.truncate(cap - more);
        Ok(vec![
            Figure::exactly("as many as max_connections, served", filled, cap),
            Figure::exactly("served while others wait", served, cap),
            Figure::exactly("those beyond wait in the backlog", kept_waiting, more),
            Figure::exactly("and are served when as many leave", count_answered(&mut waiting).await, more),
            Figure::exactly("as are those that stayed", count_served(&mut held).await, cap - more),
        ])
    })
}

/// `max_connections_per_address`: the greedy address has its fill, others notice nothing.
fn per_address(ground: &Ground, each: usize) -> Result<Vec<Figure>, Failure> {
    let app = ground.start("soak-server", &[("SERVER_MAX_CONNECTIONS_PER_ADDRESS", &each.to_string())])?;
    run_clients(async {
        let mut greedy = open(GREEDY, app.address(), 2 * each).await?;
        let of_greedy = count_served(&mut greedy).await;
        let of_other = count_served(&mut open(OTHER, app.address(), each).await?).await;
        drop(greedy);
        sleep(SILENCE).await;
        let again = count_served(&mut open(GREEDY, app.address(), each).await?).await;
        Ok(vec![
            Figure::exactly("of an address with twice max_connections_per_address, served", of_greedy, each),
            Figure::exactly("of another address meanwhile", of_other, each),
            Figure::exactly("of the first, after it closed them all", again, each),
        ])
    })
}

/// A server that is started with few files keeps below them, and never comes to EMFILE.
fn few_files(ground: &Ground) -> Result<Vec<Figure>, Failure> {
    let app = ground.start_with_files(&FILES.to_string(), "soak-server", &[])?;
    let (files, served) = run_clients(async {
        let waiting = open_and_ask(app.address(), 2 * FILES).await?;
        sleep(SILENCE).await;
        let files = Process::new(app.id()).files()?;
        let served = answer_and_leave(waiting).await?;
        Ok((files, served))
    })?;
    let failed = app.log().matches("cannot be accepted").count();
    Ok(vec![
        Figure::at_most("started with `ulimit -n 256`, open files", files as f64, FILES as f64, Unit::Count),
        Figure::exactly("accepts that failed", failed, 0),
        Figure::exactly("of 512 connections, served as others left", served, 2 * FILES),
    ])
}

/// A server whose files run out while it runs: EMFILE.
fn out_of_files(ground: &Ground) -> Result<Vec<Figure>, Failure> {
    let app = ground.start("soak-server", &[])?;
    let process = Process::new(app.id());
    let limit = format!("--nofile={FILES}:{FILES}");
    let limited = Command::new("prlimit").args(["--pid", &app.id().to_string(), &limit]).status()?;
    if !limited.success() {
        return Err("prlimit could not lower the limit on files".into());
    }
    run_clients(async {
        let mut held = open(OTHER, app.address(), FILES / 2).await?;
        let before = count_served(&mut held).await;
        let waiting = open_and_ask(app.address(), FILES).await?;
        sleep(SILENCE).await;
        let failed = app.log().matches("cannot be accepted").count();
        let begun = process.processor_time()?;
        sleep(STALL).await;
        let used = process.processor_time()? - begun;
        let during = count_served(&mut held).await;
        drop(held);
        let recovered = answer_and_leave(waiting).await?;
        Ok(vec![
            Figure::exactly("limit lowered to 256 while it runs: served before", before, FILES / 2),
            Figure::at_least("accepts that failed with EMFILE", failed as f64, 1.0, Unit::Count),
            Figure::exactly("open ones served meanwhile", during, FILES / 2),
            Figure::at_most("processor time in 2 s of it", used, MOST_PROCESSOR_TIME, Unit::Seconds),
            Figure::exactly("those that waited, served as others left", recovered, FILES),
        ])
    })
}

async fn open(from: [u8; 4], address: SocketAddr, count: usize) -> Result<Vec<TcpStream>, Failure> {
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        streams.push(connect_from(from, address).await?);
    }
    Ok(streams)
}

/// Opens connections and sends a request on each, without a look whether it is answered.
async fn open_and_ask(address: SocketAddr, count: usize) -> Result<Vec<TcpStream>, Failure> {
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        let mut stream = connect(address).await?;
        begin_ask(&mut stream).await?;
        streams.push(stream);
    }
    Ok(streams)
}

/// How many answer a request now.
async fn count_served(streams: &mut [TcpStream]) -> usize {
    let mut served = 0;
    for stream in streams {
        served += usize::from(ask(stream).await.is_ok());
    }
    served
}

/// How many answer the request that was sent before.
async fn count_answered(streams: &mut [TcpStream]) -> usize {
    let mut answered = 0;
    for stream in streams {
        answered += usize::from(finish_ask(stream).await.is_ok());
    }
    answered
}

/// How many are answered, where each leaves as soon as it is, and so makes room for another.
async fn answer_and_leave(streams: Vec<TcpStream>) -> Result<usize, Failure> {
    let mut clients = JoinSet::new();
    for mut stream in streams {
        clients.spawn(async move { finish_ask(&mut stream).await.is_ok() });
    }
    let mut answered = 0;
    while let Some(client) = clients.join_next().await {
        answered += usize::from(client?);
    }
    Ok(answered)
}

/// How many have had nothing for a while.
async fn silent(streams: &mut [TcpStream]) -> usize {
    sleep(SILENCE).await;
    let mut silent = 0;
    for stream in streams {
        silent += usize::from(timeout(Duration::from_millis(1), stream.peek(&mut [0])).await.is_err());
    }
    silent
}
