//! The examples, end to end.
