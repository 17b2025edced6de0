//! Bodies far larger than memory should ever be: streamed in both directions, held back by a slow reader, and left
//! alone by clients that go.

mod transfer;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use fingerpost_tests::App;
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use self::transfer::{Transfer, transfer};
use crate::clients::{PATIENCE, connect, run_clients};
use crate::{Failure, Figure, Form, Ground, Process, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "bodies",
    about: "large bodies need no memory, a client that does not read stops the producer, one that leaves the handler",
    run,
};

/// The most that the server's memory may grow by while a body passes.
const MOST_GROWTH: f64 = 8.0 * 1024.0 * 1024.0;

/// The most that is produced for a client that reads nothing: what the sockets of both sides hold, and some chunks.
const MOST_AHEAD: f64 = 1024.0 * 1024.0;

const TRANSFERS: [Transfer; 4] =
    [Transfer::UploadSized, Transfer::UploadChunked, Transfer::DownloadSized, Transfer::DownloadChunked];

fn run(ground: &Ground, form: Form) -> Result<Report, Failure> {
    let len = form.choose(48 << 20, 1 << 30);
    let app = ground.start("soak-server", &[])?;
    let process = Process::new(app.id());
    // What the first request brings in for all is no growth.
    app.get("/sized/100000").send()?;
    let mut figures = Vec::new();
    for kind in TRANSFERS {
        process.forget_peak()?;
        let before = process.resident()?;
        let begun = Instant::now();
        let whole = run_clients(transfer(kind, app.address(), len))?;
        let took = begun.elapsed().as_secs_f64();
        let growth = process.peak()?.saturating_sub(before) as f64;
        figures.push(Figure::exactly(format!("{}, bytes that were right", kind.name()), whole, len));
        figures.push(Figure::at_most("memory grew by", growth, MOST_GROWTH, Unit::Bytes));
        if form == Form::Long {
            figures.push(Figure::told("it took", took, Unit::Seconds));
        }
    }
    figures.extend(unread(&app, len)?);
    figures.extend(left(&app, form.choose(4, 100))?);
    Ok(Report { done: format!("bodies of {} MiB, checked byte by byte", len >> 20), figures })
}

/// A response that nobody reads: its producer stops.
fn unread(app: &App, len: usize) -> Result<[Figure; 2], Failure> {
    let before = count(app, "produced")?;
    let (first, later) = run_clients(async {
        let mut stream = connect(app.address()).await?;
        let request = format!("GET /chunked/{len} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        sleep(Duration::from_secs(1)).await;
        let first = count(app, "produced")?;
        sleep(Duration::from_secs(1)).await;
        Ok((first, count(app, "produced")?))
    })?;
    Ok([
        Figure::at_most(
            "produced for a client that reads nothing",
            (first - before) as f64,
            MOST_AHEAD,
            Unit::Bytes,
        ),
        Figure::exactly("and a second later, more", later - first, 0),
    ])
}

/// Clients that leave while their handlers work.
fn left(app: &App, each: usize) -> Result<[Figure; 3], Failure> {
    let requests = ["GET /work", "POST /work", "POST /cancelled-work"];
    run_clients(async {
        let mut clients = JoinSet::new();
        for request in requests {
            for _ in 0..each {
                clients.spawn(leave(app.address(), request, Departure::Reset));
                clients.spawn(leave(app.address(), request, Departure::Close));
            }
        }
        while let Some(client) = clients.join_next().await {
            client??;
        }
        Ok(())
    })?;
    let all = requests.len() * 2 * each;
    let begun = Instant::now();
    // Those that finish do so seconds after their clients have left.
    while count(app, "finished")? + count(app, "dropped")? < all && begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok([
        Figure::exactly("handlers begun whose clients then left", count(app, "begun")?, all),
        Figure::exactly("dropped: GET, and POST that says so", count(app, "dropped")?, 4 * each),
        Figure::exactly("finished: POST", count(app, "finished")?, 2 * each),
    ])
}

/// How a client leaves.
#[derive(Clone, Copy)]
enum Departure {
    /// At once, with a reset.
    Reset,
    /// After so long that its close cannot be the mere end of its request.
    Close,
}

async fn leave(address: SocketAddr, request: &str, departure: Departure) -> Result<(), Failure> {
    let mut stream: TcpStream = connect(address).await?;
    let head = format!("{request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    match departure {
        Departure::Reset => {
            sleep(Duration::from_millis(500)).await;
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        }
        Departure::Close => sleep(Duration::from_millis(1_500)).await,
    }
    Ok(())
}

/// One of the counts of the server's handlers.
fn count(app: &App, name: &str) -> Result<usize, Failure> {
    let text = app.get("/counts").send()?.text();
    let row = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(row.ok_or_else(|| format!("the server counts no {name}"))?.trim().parse()?)
}
