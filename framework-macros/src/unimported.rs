//! Functions under an attribute of ours that their file does not import.
//!
//! rustc tells of the attribute. What is left of the function is neither a route nor a middleware, and to say so as well
//! would be the same mistake told of twice.

use proc_macro2::Ident;
use syn::Expr;

use crate::errors::Errors;
use crate::surroundings::{Place, place_of};

/// The layers but for such functions.
pub(crate) fn without(mut layers: Vec<Expr>, errors: &mut Errors) -> Vec<Expr> {
    layers.retain(|layer| {
        let Expr::Path(path) = layer else { return true };
        let name = path.path.get_ident().filter(|name| place_of(name) == Place::Unimported);
        if let Some(name) = name {
            told(name, errors);
        }
        name.is_none()
    });
    layers
}

/// Notes such a function, for the case that rustc knows the attribute by a way that is not seen here.
pub(crate) fn told(name: &Ident, errors: &mut Errors) {
    errors.told_elsewhere(
        name,
        format_args!(
            "nothing imports the attribute over `{name}`: name it in the file's `use server::{{...}}`"
        ),
    );
}
