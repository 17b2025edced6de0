//! `server::__properties::certificate` over bytes that libFuzzer makes up.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| server::__properties::certificate(input));
