//! A whole service for minutes: every layer of the box on, asked by wrk for all that the service has.

mod wrk;

use std::thread::sleep;
use std::time::{Duration, Instant};

use fingerpost_tests::App;

use self::wrk::Wrk;
use crate::{Failure, Figure, Form, Ground, Process, Report, Scenario, Unit};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "stack",
    about: "a service with every layer of the box answers wrk for ten minutes without an error, in bounded memory",
    run,
};

/// The service: `examples/service`, by its own file.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/service/service.yaml");

/// What differs from the file: nobody is refused for how much they ask, and what is kept is renewed again and again.
const SETTINGS: [(&str, &str); 5] = [
    ("SERVER_CONFIG", FILE),
    ("SERVER_APP__RATE_LIMIT__REQUESTS", "1000000000"),
    ("SERVER_APP__FACTORS__KEEP", "1s"),
    ("SERVER_APP__NOTES__MOST", "100000"),
    ("SERVER_APP__ADMIN_TOKEN", "soak"),
];

/// How long it takes unless told otherwise.
const SHORT: Duration = Duration::from_secs(3);
const LONG: Duration = Duration::from_secs(10 * 60);

/// How often its memory is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// The most that may be added after half of the time: five encoders for compression. More are made whenever more
/// answers are compressed at once than before, which other work on the machine decides.
const MOST_GROWTH: f64 = 2.0 * 1024.0 * 1024.0;

/// The most there may be: 32 connections have at most 32 encoders in use, of 372 KiB each. All else is half of that, and
/// the rest is for holes in the allocator's memory.
const MOST_MEMORY: f64 = 28.0 * 1024.0 * 1024.0;

fn run(ground: &Ground, form: Form) -> Result<Report, Failure> {
    let time = ground.time().unwrap_or(form.choose(SHORT, LONG));
    let app = ground.start("service", &SETTINGS)?;
    let process = Process::new(app.id());
    let wrk = Wrk::start(app.address(), time)?;
    let memory = Memory::watch(process, &wrk, time)?;
    let seen = wrk.finish()?;
    let dropped = dropped_lines(&app)?;
    let mut figures = vec![
        Figure::at_least("requests answered", seen.answered, 1.0, Unit::Count),
        Figure::exactly("answers with a status of 400 or more", seen.refused, 0),
        Figure::exactly("errors of a socket, and answers that did not come", seen.failed, 0),
        Figure::told("lines of the access log dropped", dropped, Unit::Count),
        Figure::told("memory after a tenth of the time", memory.warm as f64, Unit::Bytes),
        Figure::told("memory at half the time", memory.half as f64, Unit::Bytes),
        Figure::at_most("memory at the end", memory.end as f64, MOST_MEMORY, Unit::Bytes),
    ];
    let growth = memory.end.saturating_sub(memory.half) as f64;
    figures.push(match form {
        // So little time is all warm-up.
        Form::Short => Figure::told("memory added since half", growth, Unit::Bytes),
        Form::Long => Figure::at_most("memory added since half", growth, MOST_GROWTH, Unit::Bytes),
    });
    Ok(Report { done: format!("{} s with 32 connections of wrk", time.as_secs()), figures })
}

/// What the service's memory was.
struct Memory {
    warm: u64,
    half: u64,
    /// Just before the load ended.
    end: u64,
}

impl Memory {
    /// Looks at it as long as the load lasts.
    fn watch(process: Process, wrk: &Wrk, time: Duration) -> Result<Self, Failure> {
        let start = process.resident()?;
        let mut memory = Self { warm: start, half: start, end: start };
        let begun = Instant::now();
        while wrk.is_running() && begun.elapsed() < time {
            let resident = process.resident()?;
            let part = begun.elapsed().as_secs_f64() / time.as_secs_f64();
            if part <= 0.1 {
                memory.warm = resident;
            }
            if part <= 0.5 {
                memory.half = resident;
            }
            memory.end = resident;
            sleep(LOOK.min(time / 20));
        }
        Ok(memory)
    }
}

/// What the service tells of its log.
fn dropped_lines(app: &App) -> Result<f64, Failure> {
    let text = app.get("/metrics").send()?.text();
    let line = text.lines().find_map(|line| line.strip_prefix("fingerpost_log_lines_dropped_total "));
    let count = line.ok_or("the metrics do not tell of dropped lines")?;
    Ok(count.trim().parse()?)
}
