//! Types of the standard library that stay on one thread, where requests on all threads would share them.
//!
//! That a type can be shared only the compiler knows, and it says so wherever that is asked for: of the state's field, of
//! each handler that wants it, of the table and of the server. So those that newcomers bring along are told of by their
//! names, once, where the state has them.

use syn::{GenericArgument, Ident, PathArguments, Type};

use crate::extracted::tokens_text;
use crate::surroundings::is_written_near;

/// Around these, a type is as little shared as without them.
const TRANSPARENT: &[&str] = &["Arc", "Box", "Option", "Vec"];

/// What is wrong with the type of a state's field, and what to write in its place; `None` where nothing is known of it.
pub(crate) fn in_state(ty: &Type) -> Option<String> {
    let (found, written) = found(ty)?;
    Some(format!("a state is shared by all threads, and `{found}` keeps to one: write `{written}`"))
}

/// The same for an argument that is a `State` of such a type.
pub(crate) fn in_argument(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "State")?;
    let PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    let GenericArgument::Type(inner) = list.args.first()? else { return None };
    let (found, written) = found(inner)?;
    Some(format!(
        "requests share the state on all threads, and `{found}` keeps to one: write `State<{written}>`"
    ))
}

/// What cannot be shared of `ty`, with what to write in place of the whole.
fn found(ty: &Type) -> Option<(String, String)> {
    let found = find(ty)?;
    let mut written = String::new();
    for part in tokens_text(ty).split_inclusive(|letter: char| !letter.is_alphanumeric() && letter != '_') {
        let word = part.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let other = match word {
            "Rc" => "Arc",
            "RefCell" => "Mutex",
            "rc" | "cell" => "sync",
            word => word,
        };
        written.push_str(other);
        written.push_str(part.get(word.len()..).unwrap_or_default());
    }
    if !written.contains("Arc<") {
        written = format!("Arc<{written}>");
    }
    Some((found.to_string(), written))
}

/// The first of the words `Rc` and `RefCell` that is the standard library's and that nothing makes shareable.
fn find(ty: &Type) -> Option<Ident> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    let room = if last.ident == "Rc" {
        "rc::"
    } else if last.ident == "RefCell" {
        "cell::"
    } else if TRANSPARENT.iter().any(|name| last.ident == name) {
        let inner = list.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => find(ty),
            _ => None,
        });
        return inner.into_iter().next();
    } else {
        return None;
    };
    is_written_near(&last.ident, room).then(|| last.ident.clone())
}
