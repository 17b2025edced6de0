//! `server::__properties::websocket` over bytes that libFuzzer makes up.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| server::__properties::websocket(input));
