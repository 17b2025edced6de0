//! Connections that are kept and not used: what each costs.

use std::time::Duration;

use tokio::time::sleep;

use crate::clients::{ask, connect, run_clients};
use crate::{Failure, Figure, Form, Ground, Process, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "idle",
    about: "connections that are kept after a request each cost little, and each is still served",
    run,
};

/// The most memory for each connection. Measured in the same way, the best of other servers needs 7,700 bytes (ntex;
/// xitca-web 7,899, actix-web 10,275, hyper 11,074, axum 19,835); ours needs 1,700, and is to stay near it.
const MOST_BYTES: f64 = 2_200.0;

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
        Form::Long => Figure::at_most("memory for each connection", each, MOST_BYTES, Unit::Bytes),
    });
    figures.push(Figure::told("memory of the server before", before as f64, Unit::Bytes));
    figures.push(Figure::told("memory of the server with all of them", after as f64, Unit::Bytes));
    Ok(Report { done: format!("{count} connections kept after a request each"), figures })
}
