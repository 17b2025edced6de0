//! Tests of the table: as `routes!` makes it, and as the same functions make it at run time.

mod conflicts;
mod handlers;
mod lookup;
mod macros;
mod oracle;
