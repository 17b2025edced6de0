//! What an entry point must be: asynchronous, without arguments, without options.

use proc_macro2::TokenStream;

use super::Entry;
use crate::errors::Errors;
use crate::function::Function;
use crate::header::FnArg;
use crate::signature::check_plain;

/// Refuses all options, each with where the like of it is set.
pub(super) fn options(entry: Entry, args: TokenStream, errors: &mut Errors) {
    let Some(first) = args.clone().into_iter().next() else { return };
    let attribute = entry.attribute();
    let advice = match (entry, first.to_string().as_str()) {
        (Entry::Main, "flavor" | "worker_threads") => {
            "the server starts its workers itself, as many as `Server::workers` says"
        }
        (Entry::Test, "flavor" | "worker_threads") => "a test runs on one thread",
        (Entry::Main | Entry::Test, _) => "it has no options",
    };
    errors.at(args, format_args!("{advice}: write `#[{attribute}]` alone"));
}

pub(super) fn function(entry: Entry, function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    let noun = match entry {
        Entry::Main => "`main`",
        Entry::Test => "a test",
    };
    if sig.asyncness.is_none() {
        let name = &sig.ident;
        let otherwise = match entry {
            Entry::Main => format!(
                "`#[server::main]` runs an `async fn`: write `async fn {name}`, or remove the attribute"
            ),
            Entry::Test => {
                format!("`#[server::test]` runs an `async fn`: write `async fn {name}`, or `#[test]`")
            }
        };
        errors.at(sig.fn_token, otherwise);
    }
    check_plain(sig, noun, errors);
    for argument in &sig.inputs {
        if let FnArg::Typed(_) = argument {
            let advice = match entry {
                Entry::Main => "nobody calls `main` with arguments: read `std::env::args()` inside",
                Entry::Test => "nobody calls a test with arguments: make the value inside",
            };
            errors.at(argument, advice);
        }
    }
    if let Entry::Test = entry {
        check_single_test(function, errors);
    }
}

/// A second test attribute, of whatever library, would run the test twice.
fn check_single_test(function: &Function, errors: &mut Errors) {
    for attr in &function.attrs {
        if attr.path().segments.last().is_some_and(|last| last.ident == "test") {
            errors.at(attr, "this would run the test a second time: remove it, or `#[server::test]`");
        }
    }
}
