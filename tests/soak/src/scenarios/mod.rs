//! The scenarios, a file each.

pub(crate) mod drain;
pub(crate) mod idle;
pub(crate) mod restart;
