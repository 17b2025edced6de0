//! The scenarios, a file each.

pub(crate) mod bodies;
pub(crate) mod caps;
pub(crate) mod drain;
pub(crate) mod idle;
pub(crate) mod restart;
pub(crate) mod slow;
pub(crate) mod stack;
