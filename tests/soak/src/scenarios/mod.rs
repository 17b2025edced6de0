//! The scenarios, a file each.

pub(crate) mod idle;
