//! Tests of the table as `routes!` makes it.

mod handlers;
mod macros;
