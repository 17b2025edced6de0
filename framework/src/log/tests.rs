//! Lines as they are written, levels, and what cannot be forged.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;

/// What `body` writes at `least`, without the time of each line.
#[track_caller]
fn logged(least: Level, coloured: bool, body: impl FnOnce()) -> Vec<String> {
    let written = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&written);
    let sink = move |line: &[u8]| {
        lines.lock().unwrap().push(String::from_utf8(line.to_vec()).expect("lines are UTF-8"));
    };
    tracing::subscriber::with_default(Fallback { least: move || least, coloured, sink }, body);
    let written = written.lock().unwrap();
    written
        .iter()
        .map(|line| line.get("2026-11-21T09:03:15.123Z ".len()..).expect("a time").to_owned())
        .collect()
}

#[test]
fn writes_level_message_and_fields() {
    let lines = logged(Level::INFO, false, || {
        tracing::info!(address = %"127.0.0.1:8080", workers = 2, "listening");
        tracing::warn!("running low");
        tracing::error!(name = "a b", quoted = ?"c \"d\"", empty = "", pair = %"x=1", plain = ?Some(1));
    });
    let expected = [
        " INFO listening address=127.0.0.1:8080 workers=2\n",
        " WARN running low\n",
        "ERROR name=\"a b\" quoted=\"c \\\"d\\\"\" empty=\"\" pair=\"x=1\" plain=Some(1)\n",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn writes_the_chain_of_an_error() {
    let error =
        crate::config::ListenError::new("127.0.0.1:80".parse().unwrap(), io::ErrorKind::Interrupted.into());
    let error: &(dyn Error + 'static) = &error;
    let lines = logged(Level::INFO, false, || tracing::error!(error, "no listener"));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with("address: operation interrupted\"\n"), "{lines:?}");
}

#[test]
fn keeps_to_its_level() {
    let all = || {
        tracing::error!("e");
        tracing::warn!("w");
        tracing::info!("i");
        tracing::debug!("d");
        tracing::trace!("t");
    };
    assert_eq!(logged(Level::WARN, false, all), ["ERROR e\n", " WARN w\n"]);
    let of_a_client = || tracing::warn!(target: "h2::proto::ping_pong", "recv PING ack that we never sent");
    assert_eq!(logged(Level::INFO, false, of_a_client).len(), 0);
    assert_eq!(logged(Level::DEBUG, false, of_a_client).len(), 1);
    assert_eq!(logged(Level::TRACE, false, all).len(), 5);
}

#[test]
fn takes_spans_without_recording_them() {
    let lines = logged(Level::TRACE, false, || {
        let span = tracing::info_span!("request", id = 1);
        span.in_scope(|| tracing::info!("inside"));
        span.record("id", 2);
    });
    assert_eq!(lines, [" INFO inside\n"]);
}

#[test]
fn colours_the_level_alone() {
    assert_eq!(logged(Level::INFO, true, || tracing::warn!("w")), ["\u{1b}[33m WARN\u{1b}[0m w\n"]);
}

#[test]
fn lets_nobody_forge_a_line() {
    let forged = "x\n2026-11-21T09:03:15.123Z  INFO forged\r\u{1b}[2K\u{85}\u{202e}\0";
    let lines = logged(Level::INFO, false, || tracing::info!(agent = forged, agent2 = %forged, "{forged}"));
    assert_eq!(lines.len(), 1);
    let line = lines[0].strip_suffix('\n').expect("a line feed at the end");
    assert!(!line.contains(is_obeyed), "{line:?}");
    assert!(line.contains("x\\n2026"), "{line:?}");
}

proptest! {
    #[test]
    fn any_value_stays_in_its_field(value in any::<String>()) {
        let lines = logged(Level::INFO, false, || tracing::info!(a = value, b = 1, "m"));
        prop_assert_eq!(lines.len(), 1);
        let value = lines[0].strip_prefix(" INFO m a=").and_then(|rest| rest.strip_suffix(" b=1\n"));
        let value = value.expect("the value between its neighbours");
        prop_assert!(is_quoted(value) || !value.contains([' ', '"', '=']), "{value:?}");
        prop_assert!(!value.contains(is_obeyed));
    }
}

/// Runs itself again in a process that has no subscriber yet, where the events of `body` go to the real stderr.
#[test]
fn serves_a_program_without_a_subscriber_also_where_stderr_is_gone() {
    const CHILD: &str = "FINGERPOST_LOG_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        assert!(install_fallback(Level::INFO), "the first to install one");
        assert!(!install_fallback(Level::INFO), "there is one now");
        tracing::info!(n = 1, "heard");
        tracing::debug!("not heard");
        set_level(Level::DEBUG);
        tracing::debug!("heard");
        set_level(Level::ERROR);
        tracing::info!("not heard any more");
        return;
    }
    let name = "log::tests::serves_a_program_without_a_subscriber_also_where_stderr_is_gone";
    let child = || {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args([name, "--exact"]).env(CHILD, "1").stdout(std::process::Stdio::null());
        child
    };
    let output = child().output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let heard: Vec<_> =
        stderr.lines().filter_map(|line| line.split_once('Z')).map(|(_, line)| line).collect();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(heard, ["  INFO heard n=1", " DEBUG heard"], "{stderr}");
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    assert!(child().stderr(writer).status().unwrap().success(), "a broken pipe is no reason to fail");
}

#[test]
fn writes_moments_as_rfc_3339_does() {
    let rows = [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        (1_795_251_795_123, "2026-11-21T09:03:15.123Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ];
    for (millis, text) in rows {
        assert_eq!(Timestamp(UNIX_EPOCH + Duration::from_millis(millis)).to_string(), text);
    }
    assert_eq!(Timestamp(UNIX_EPOCH - Duration::from_secs(1)).to_string(), "1970-01-01T00:00:00.000Z");
}

proptest! {
    #[test]
    fn dates_agree_with_those_of_http(seconds in 0_u64..253_402_300_800) {
        let moment = UNIX_EPOCH + Duration::from_secs(seconds);
        let text = Timestamp(moment).to_string();
        let http = httpdate::fmt_http_date(moment);
        let day = http.get(5..7).unwrap();
        let year = http.get(12..16).unwrap();
        prop_assert_eq!(text.get(8..10), Some(day));
        prop_assert_eq!(text.get(..4), Some(year));
        prop_assert_eq!(text.get(11..19), http.get(17..25));
    }
}
