//! The route attributes of a function, as other attributes and macros meet them.

use syn::{Attribute, Meta, Path};

/// The attributes that make a function a handler.
const NAMES: &[&str] = &["route", "get", "post", "put", "patch", "delete", "head", "options"];

/// The name of the route attribute that this is, by itself or behind `server::`; `None` where it is another.
pub(crate) fn route_attribute(attribute: &Attribute) -> Option<&'static str> {
    let path: &Path = attribute.path();
    let mut segments = path.segments.iter();
    let last = segments.next_back()?;
    let ours = match (segments.next(), segments.next()) {
        (None, _) => path.leading_colon.is_none(),
        (Some(krate), None) => krate.ident == "server",
        (Some(_), Some(_)) => false,
    };
    let name = NAMES.iter().find(|&&name| last.ident == name)?;
    ours.then_some(name)
}

/// The tokens between the parentheses of an attribute; none where it has no parentheses.
pub(crate) fn arguments_of(attribute: &Attribute) -> proc_macro2::TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => proc_macro2::TokenStream::new(),
    }
}
