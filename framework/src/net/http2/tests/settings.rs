//! The settings, as a client is told of them and as they hold.

use std::time::Duration;

use tokio::time::sleep;

use super::app::Site;
use super::raw::Raw;
use crate::Settings;

/// Identifiers of RFC 9113 §6.5.2.
const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_FRAME_SIZE: u16 = 5;
const MAX_HEADER_LIST_SIZE: u16 = 6;

/// What a server with these settings says at first: settings, and by how much it opens the connection's window.
async fn said(settings: Settings) -> (Vec<(u16, u32)>, u32) {
    let mut raw = Raw::open(&Site::with(settings)).await;
    let settings = raw.until(|frame| frame.kind == 4 && frame.flags == 0).await.payload;
    let pair = |bytes: &[u8]| {
        let (id, value) = bytes.split_at(2);
        (u16::from_be_bytes(id.try_into().unwrap()), u32::from_be_bytes(value.try_into().unwrap()))
    };
    let update = raw.until(|frame| frame.kind == 8).await.payload;
    (settings.chunks(6).map(pair).collect(), u32::from_be_bytes(update.try_into().unwrap()))
}

#[tokio::test(start_paused = true)]
async fn a_client_is_told_the_limits() {
    let (settings, window) = said(Settings::default()).await;
    let expected = [
        (INITIAL_WINDOW_SIZE, 256 * 1024),
        (MAX_CONCURRENT_STREAMS, 100),
        (MAX_FRAME_SIZE, 16 * 1024),
        (MAX_HEADER_LIST_SIZE, 2 * (16 * 1024 + 3200)),
    ];
    for pair in expected {
        assert!(settings.contains(&pair), "no {pair:?} in {settings:?}");
    }
    assert_eq!(window, 1024 * 1024 - 65_535);

    let other = Settings {
        http2_max_streams: 7,
        http2_stream_window: 1024,
        http2_connection_window: 2 << 20,
        http2_max_frame: 1 << 20,
        ..Settings::default()
    };
    let (settings, window) = said(other).await;
    for pair in [(INITIAL_WINDOW_SIZE, 1024), (MAX_CONCURRENT_STREAMS, 7), (MAX_FRAME_SIZE, 1 << 20)] {
        assert!(settings.contains(&pair), "no {pair:?} in {settings:?}");
    }
    assert_eq!(window, (2 << 20) - 65_535);
}

#[tokio::test(start_paused = true)]
async fn one_stream_too_many_is_refused_and_may_be_sent_again() {
    for max in [3, 100] {
        let site = Site::with(Settings { http2_max_streams: max, ..Settings::default() });
        let mut raw = Raw::open(&site).await;
        for stream in 0..=u32::try_from(max).unwrap() {
            raw.get(2 * stream + 1, "/slow").await;
        }
        let refused = raw.until(|frame| frame.kind == 3).await;
        assert_eq!(refused.payload, 7_u32.to_be_bytes(), "REFUSED_STREAM");
        sleep(Duration::from_millis(10)).await;
        assert_eq!(site.work.alive(), max);
        sleep(Duration::from_secs(3)).await;
        assert_eq!(site.work.finished(), max);
        raw.get(1001, "/").await;
        assert_eq!(raw.until(|frame| frame.payload == b"index").await.kind, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_client_left_behind_counts_as_long_as_it_runs() {
    let site = Site::with(Settings { http2_max_streams: 3, ..Settings::default() });
    let mut raw = Raw::open(&site).await;
    for stream in [1, 3, 5] {
        // `:method: POST`, and a handler that finishes without its client.
        let section = b"\x83\x86\x01\x01a\x04\x06/works";
        raw.send(&super::raw::frame(1, 5, stream, section)).await;
        sleep(Duration::from_millis(10)).await;
        raw.send(&super::raw::frame(3, 0, stream, &8_u32.to_be_bytes())).await;
    }
    raw.get(7, "/").await;
    assert_eq!(raw.until(|frame| frame.kind == 3).await.payload, 7_u32.to_be_bytes());
    assert_eq!(site.work.alive(), 3);
    sleep(Duration::from_secs(11)).await;
    raw.get(9, "/").await;
    assert_eq!(raw.until(|frame| frame.kind == 0).await.payload, b"index");
}
