//! What is known of where a function stands.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use proc_macro2::Ident;
use syn::ext::IdentExt;

use super::source::source_of;

/// What is known of the place of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing that would forbid a type of its name.
    Free,
    /// Between the braces of an `impl` or a `trait`.
    Associated,
    /// In a module that has another one of the function's name.
    BesideModule,
    /// It is no function, but the one module of this name.
    Module,
    /// In the module of a table or a route that names it, and no attribute could make it a handler or a middleware.
    Plain,
    /// Under an attribute of ours that nothing in the file imports: rustc does not find it, and tells so.
    Unimported,
    /// Beside another function of its name.
    Repeated,
}

thread_local! {
    /// The line of the first function of each name and file that a macro was given.
    static FIRST: RefCell<HashMap<(PathBuf, String), usize>> = RefCell::default();
}

/// Whether a macro was given another function of this name before, and both stand in one block: rustc tells of that.
pub(crate) fn is_second(name: &Ident) -> bool {
    if !proc_macro::is_available() {
        return false;
    }
    let span = name.span().unwrap();
    let Some(file) = span.local_file() else { return false };
    let line = span.line();
    let first = FIRST.with_borrow_mut(|seen| *seen.entry((file, name.to_string())).or_insert(line));
    // The file is read in full only where this may be so.
    first != line && place_of(name) == Place::Repeated
}

/// Where the one function called `name` stands in the file that the name was written in.
pub(crate) fn place_of(name: &Ident) -> Place {
    if !proc_macro::is_available() {
        // A test of this crate, where nothing stands in a file.
        return Place::Free;
    }
    let span = name.span().unwrap();
    let Some(file) = span.local_file() else { return Place::Free };
    let source = source_of(&file);
    if !source.has(&name.to_string(), span.line(), span.column()) {
        return Place::Free;
    }
    source.functions().get(&name.unraw().to_string()).copied().unwrap_or(Place::Free)
}

/// The same for a function that an attribute stands over, where the file need seldom be read in full: at the beginning of a
/// line nothing stands in an `impl`, as code is laid out.
pub(crate) fn place_below(name: &Ident) -> Place {
    if proc_macro::is_available()
        && proc_macro::Span::call_site().column() == 1
        && let Some(file) = name.span().unwrap().local_file()
        && !source_of(&file).modules.contains(&name.unraw().to_string())
    {
        return Place::Free;
    }
    place_of(name)
}
