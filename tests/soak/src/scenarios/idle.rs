//! Connections that are kept and not used: what each costs.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::ground::run_clients;
use crate::{Failure, Figure, Form, Ground, Process, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "idle",
    about: "connections that are kept after a request each cost little, and each is still served",
    run,
};

/// The best that was measured among servers that hold to the same rules, in the same way: ntex 7,700, xitca-web 7,899,
/// actix-web 10,275, hyper 11,074, axum 19,835.
const BEST_PEER_BYTES: f64 = 7_700.0;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

fn run(ground: &Ground, form: Form) -> Result<Report, Failure> {
    let count = form.choose(200, 10_000);
    let app = ground.start("probe", &[])?;
    let process = Process::new(app.id());
    let (before, after, served) = run_clients(async {
        let mut first = connect(app.address()).await?;
        ask(&mut first).await?;
        let before = process.resident()?;
        let mut kept = Vec::with_capacity(count);
        for _ in 0..count {
            let mut stream = connect(app.address()).await?;
            ask(&mut stream).await?;
            kept.push(stream);
        }
        sleep(Duration::from_secs(1)).await;
        let after = process.resident()?;
        let mut served = 0;
        for stream in &mut kept {
            served += usize::from(ask(stream).await.is_ok());
        }
        Ok((before, after, served))
    })?;
    let each = after.saturating_sub(before) as f64 / count as f64;
    let mut figures = vec![Figure::exactly("connections served again afterwards", served, count)];
    figures.push(match form {
        // So few connections measure what the first of them brought in for all.
        Form::Short => Figure::told("memory for each connection", each, Unit::Bytes),
        Form::Long => Figure::at_most("memory for each connection", each, BEST_PEER_BYTES, Unit::Bytes),
    });
    figures.push(Figure::told("memory of the server before", before as f64, Unit::Bytes));
    figures.push(Figure::told("memory of the server with all of them", after as f64, Unit::Bytes));
    Ok(Report { done: format!("{count} connections kept after a request each"), figures })
}

async fn connect(address: SocketAddr) -> Result<TcpStream, Failure> {
    Ok(timeout(PATIENCE, TcpStream::connect(address)).await??)
}

/// Sends a request, and reads what comes with the answer's first bytes: it is short, and comes whole.
async fn ask(stream: &mut TcpStream) -> Result<(), Failure> {
    stream.write_all(REQUEST).await?;
    let mut answer = [0; 4096];
    let len = timeout(PATIENCE, stream.read(&mut answer)).await??;
    match answer.get(..len) {
        Some(answer) if answer.starts_with(b"HTTP/1.1 200 ") => Ok(()),
        Some(_) | None => Err("no answer".into()),
    }
}
