//! Where a function stands in its file: what a macro cannot see of it, as it is given one item alone.
//!
//! Asked only to put in words what rustc would refuse anyway, several times over: a handler in an `impl`, which has no
//! room for the type beside it; one beside a module of its name, which is a type's name too; a function in a table that no
//! attribute makes a route; a module in place of one; and a
//! function whose attribute is not imported. Where the file cannot be read, has several functions of the name,
//! or anything else leaves a doubt, nothing is known, and rustc says what it has to say.

mod imports;
mod place;
mod read;
mod source;

pub(crate) use place::{Place, is_second, place_below, place_of};
pub(crate) use source::is_written_near;
