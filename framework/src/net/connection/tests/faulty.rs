//! A transport with faults.
