//! Minimum rates, in both directions: exactly the rate goes on for ever, and what is slower ends with its credit.

use super::client::Step::{self, Send, Upload, Wait};
use super::client::{Client, Seen, run};
use super::*;

/// A client that sends a body, or takes an answer, so many bytes each second.
struct Rate {
    /// `body_min_rate` or `write_min_rate`.
    rate: &'static str,
    rate_grace: &'static str,
    /// What it has moved before it becomes so slow.
    burst: usize,
    bytes_per_sec: usize,
    /// How many milliseconds from the beginning it is cut off; `None` where it may go on.
    cut: Option<u128>,
}

/// Silence costs its length, a byte earns the time that the rate gives it: at 168 of 240 bytes each second loses 0.3 of
/// it, and the one in which less than a second is left is the last.
const UPLOADS: &[Rate] = &[
    Rate { rate: "240B/s", rate_grace: "5s", burst: 0, bytes_per_sec: 0, cut: Some(5_000) },
    Rate { rate: "240B/s", rate_grace: "5s", burst: 0, bytes_per_sec: 168, cut: Some(14_800) },
    Rate { rate: "240B/s", rate_grace: "5s", burst: 0, bytes_per_sec: 240, cut: None },
    // A hundred seconds' bytes earn a minute at most.
    Rate { rate: "240B/s", rate_grace: "5s", burst: 24_000, bytes_per_sec: 0, cut: Some(60_000) },
    Rate { rate: "1KiB/s", rate_grace: "2s", burst: 0, bytes_per_sec: 0, cut: Some(2_000) },
    Rate { rate: "1KiB/s", rate_grace: "2100ms", burst: 0, bytes_per_sec: 768, cut: Some(5_850) },
    Rate { rate: "1KiB/s", rate_grace: "2s", burst: 0, bytes_per_sec: 1_024, cut: None },
    Rate { rate: "1KiB/s", rate_grace: "0s", burst: 0, bytes_per_sec: 1_024, cut: Some(0) },
    Rate { rate: "0B/s", rate_grace: "5s", burst: 0, bytes_per_sec: 0, cut: None },
];

/// The same for answers. The 240 bytes that the network holds are moved at once.
const DOWNLOADS: &[Rate] = &[
    Rate { rate: "240B/s", rate_grace: "5s", burst: 240, bytes_per_sec: 0, cut: Some(6_000) },
    Rate { rate: "240B/s", rate_grace: "5s", burst: 240, bytes_per_sec: 168, cut: Some(17_900) },
    Rate { rate: "240B/s", rate_grace: "5s", burst: 240, bytes_per_sec: 240, cut: None },
    Rate { rate: "480B/s", rate_grace: "2s", burst: 240, bytes_per_sec: 0, cut: Some(2_500) },
    Rate { rate: "480B/s", rate_grace: "2s", burst: 240, bytes_per_sec: 480, cut: None },
    Rate { rate: "0B/s", rate_grace: "5s", burst: 240, bytes_per_sec: 0, cut: None },
];

/// What a client sends or takes, where nobody cuts it off.
const SECONDS: usize = 600;

pub(super) fn shown() -> Vec<(&'static str, &'static str)> {
    let uploads =
        UPLOADS.iter().flat_map(|row| [("body_min_rate", row.rate), ("rate_grace", row.rate_grace)]);
    let downloads =
        DOWNLOADS.iter().flat_map(|row| [("write_min_rate", row.rate), ("rate_grace", row.rate_grace)]);
    uploads.chain(downloads).collect()
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rate, rate_grace, burst, bytes_per_sec, .. } = self;
        write!(f, "{burst} bytes, then {bytes_per_sec} B/s where {rate} are asked for and {rate_grace} given")
    }
}

#[test]
fn an_upload_below_the_rate_is_408_when_its_credit_is_spent() {
    for row in UPLOADS {
        let seen = run(async {
            let settings = settings(&[("body_min_rate", row.rate), ("rate_grace", row.rate_grace)]);
            let mut client = Client::new(connect_to(&settings, 64 * 1024));
            let len = row.burst + SECONDS * row.bytes_per_sec.max(1);
            client.run(&[Send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: ")]).await;
            client.send(format!("{len}\r\n\r\n").as_bytes()).await;
            client.send(&vec![b'x'; row.burst]).await;
            client.run(&[pace(row)]).await;
            match row.cut {
                Some(_) => client.end().await,
                None => {
                    client.send(&vec![b'x'; if row.bytes_per_sec == 0 { len } else { 0 }]).await;
                    client.answers(1).await
                }
            }
        });
        let expected = match row.cut {
            Some(millis) => Seen { statuses: vec![408], end: Some(End::Close), millis },
            None => Seen { statuses: vec![200], end: None, millis: 1_000 * SECONDS as u128 },
        };
        assert_eq!(seen, expected, "{row}");
    }
}

fn pace(row: &Rate) -> Step {
    if row.bytes_per_sec == 0 {
        return Wait(1_000 * SECONDS as u64);
    }
    Upload { every: 1_000, bytes: row.bytes_per_sec, times: SECONDS }
}

#[test]
fn an_answer_taken_below_the_rate_is_cut_off_when_its_credit_is_spent() {
    for row in DOWNLOADS {
        run(async {
            let settings = settings(&[("write_min_rate", row.rate), ("rate_grace", row.rate_grace)]);
            let mut pair = connect_to(&settings, row.burst);
            let start = Instant::now();
            pair.send("GET /medium HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
            let mut received = 0;
            for _ in 0..SECONDS {
                sleep(Duration::from_secs(1)).await;
                let mut piece = vec![0; row.bytes_per_sec];
                received += take(&mut pair.client, &mut piece).await;
            }
            let received = received + take(&mut pair.client, &mut vec![0; 50_000]).await;
            drop(pair.client);
            let (ended_at, end) = pair.task.await.unwrap();
            match row.cut {
                Some(cut) => {
                    assert_eq!((end, (ended_at - start).as_millis()), (End::Reset, cut), "{row}");
                    assert!(received < 40_000, "{row}");
                }
                None => {
                    assert_eq!(end, End::Close, "{row}");
                    assert!(received > 40_000, "{row}: {received}");
                }
            }
        });
    }
}

#[test]
fn the_last_answer_of_a_connection_is_held_to_the_rate_as_well() {
    run(async {
        let mut pair = connect_with(24);
        let start = Instant::now();
        pair.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        let (ended_at, end) = (&mut pair.task).await.unwrap();
        assert_eq!((end, (ended_at - start).as_millis()), (End::Reset, 5_100));
    });
}

/// Fills `piece`, as far as there is something.
async fn take(client: &mut DuplexStream, piece: &mut [u8]) -> usize {
    let mut taken = 0;
    while taken < piece.len() {
        match client.read(&mut piece[taken..]).await {
            Ok(len @ 1..) => taken += len,
            Ok(0) | Err(_) => break,
        }
    }
    taken
}
