//! What serde must do of a type, in our words: serde's traits say nothing to the user of a handler.

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

/// A type that serde makes of what a client sent: any with `serde::Deserialize` that borrows nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made of what a client sends: derive `serde::Deserialize` for it",
    label = "the type inside does not implement `serde::Deserialize`",
    note = "write `#[derive(serde::Deserialize)]` over the type and over those of its fields; for a type of another \
            crate, see whether it has a feature `serde`"
)]
pub trait Readable: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Readable for T {}

/// A type that serde writes into an answer: any with `serde::Serialize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into an answer: derive `serde::Serialize` for it",
    label = "the type inside does not implement `serde::Serialize`",
    note = "write `#[derive(serde::Serialize)]` over the type and over those of its fields; for a type of another \
            crate, see whether it has a feature `serde`"
)]
pub trait Writable: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Writable for T {}
