//! The macros of `fingerpost`. They are documented where they are re-exported, in the `server` library.

mod errors;
mod function;
