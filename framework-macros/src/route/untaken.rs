//! Params that no argument takes, and arguments that take none: what was meant.

use quote::ToTokens;
use syn::{Ident, Type};

use super::pattern::{Pattern, Segment};
use super::signature::{Argument, Source, Written};
use super::types::{is_primitive, last_segment, takes_all_params, unwrapped};
use crate::errors::Errors;
use crate::extracted::tokens_text;
use crate::nearest::nearest;

/// Notes the parameters that no argument takes, and plain values that no parameter gives. The arguments of which there is
/// nothing more to say.
pub(super) fn explained(
    names: &[&str],
    taken: &[usize],
    arguments: &[Argument],
    written: &[Written<'_>],
    patterns: &[Pattern],
    errors: &mut Errors,
) -> Vec<usize> {
    let mut explained = Vec::new();
    let releases =
        |argument: &Argument| matches!(argument.source, Source::Request) || takes_all_params(&argument.ty);
    if let Some(pattern) = patterns.first().filter(|_| !arguments.iter().any(releases)) {
        let mut lost = Vec::new();
        for (_, name) in names.iter().enumerate().filter(|(index, _)| !taken.contains(index)) {
            let left = names.len() - taken.len();
            match meant(name, left, arguments, written, &explained) {
                Some((position, argument)) => {
                    explained.push(position);
                    let (sign, name) = (sign(name, pattern), name);
                    errors.at(
                        &argument,
                        format!("no argument takes the pattern's `{sign}{name}`: did you mean `{name}` by `{argument}`?"),
                    );
                }
                None => lost.push(*name),
            }
        }
        explained.extend(not_taken(&lost, pattern, written, errors));
    }
    explained.extend(not_given(arguments, written, &explained, errors));
    explained
}

/// How a parameter is marked in the pattern.
fn sign(name: &str, pattern: &Pattern) -> char {
    let is_rest = |segment: &Segment| matches!(segment, Segment::CatchAll(rest) if rest == name);
    if pattern.segments.iter().any(is_rest) { '*' } else { ':' }
}

/// The argument that was surely meant to take the parameter `name`, of those that `left` many are left for.
fn meant(
    name: &str,
    left: usize,
    arguments: &[Argument],
    written: &[Written<'_>],
    explained: &[usize],
) -> Option<(usize, Ident)> {
    let free = written.iter().zip(arguments).enumerate().filter_map(|(position, (written, argument))| {
        let free = matches!(argument.source, Source::Extractor { .. }) && !explained.contains(&position);
        written.name.as_ref().filter(|_| free).map(|name| (position, name.to_string()))
    });
    let free: Vec<(usize, String)> = free.collect();
    let near = nearest(name, free.iter().map(|(_, name)| name.as_str()))
        .or_else(|| only_plain(&free, written, left))?;
    let (position, _) = free.iter().find(|(_, name)| name == near)?;
    Some((*position, written.get(*position)?.name.clone()?))
}

/// The one argument of a plain type such as `u64` that no extractor makes, where one parameter is left over too.
fn only_plain<'a>(free: &'a [(usize, String)], written: &[Written<'_>], left: usize) -> Option<&'a str> {
    let mut plain = free.iter().filter(|(position, _)| {
        let ty = written.get(*position).map(|written| written.ty);
        let ty = ty.map(|ty| if let Type::Reference(reference) = ty { &*reference.elem } else { ty });
        ty.and_then(last_segment).is_some_and(|segment| is_primitive(&segment.ident))
    });
    match (plain.next(), plain.next()) {
        (Some((_, name)), None) if left == 1 => Some(name),
        _ => None,
    }
}

/// Notes parameters that nothing was meant to take. A tuple in their place is told of by itself.
fn not_taken(
    lost: &[&str],
    pattern: &Pattern,
    written: &[Written<'_>],
    errors: &mut Errors,
) -> Option<usize> {
    let tuple = written.iter().position(|written| is_tuple(written.ty));
    if let (Some(position), [_, ..]) = (tuple, lost)
        && let Some(Written { ty, .. }) = written.get(position)
    {
        let names = lost.join(", ");
        let ty_text = tokens_text(ty);
        errors.at(
            ty,
            format!("several parameters at once are a `Path`: write `Path(({names})): Path<{ty_text}>`"),
        );
        return Some(position);
    }
    let marked: Vec<String> = lost.iter().map(|name| format!("`{}{name}`", sign(name, pattern))).collect();
    let typed = lost.iter().map(|name| {
        let ty = if sign(name, pattern) == '*' { "&str" } else { "u64" };
        format!("{name}: {ty}")
    });
    let typed = typed.collect::<Vec<_>>().join(", ");
    let (marked, is, it) = match (marked.as_slice(), lost) {
        ([first @ .., last], [name, _, ..]) => {
            (format!("{} and {last}", first.join(", ")), "are", format!("_{name}: &str` to ignore one"))
        }
        ([only], [name]) => (only.clone(), "is", format!("_{name}: &str` to ignore it")),
        _ => return None,
    };
    errors.at_span(
        pattern.span,
        format!("the pattern's {marked} {is} taken by no argument: add `{typed}` (or `{it})"),
    );
    None
}

fn is_tuple(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.len() > 1)
}

/// Notes arguments of plain types, such as `u64`, that are called like no parameter: no extractor makes them.
fn not_given(
    arguments: &[Argument],
    written: &[Written<'_>],
    explained: &[usize],
    errors: &mut Errors,
) -> Vec<usize> {
    let is_plain = |ty| {
        last_segment(unwrapped(ty))
            .is_some_and(|last| last.arguments.is_none() && is_primitive(&last.ident) && last.ident != "str")
    };
    let found = arguments.iter().zip(written).enumerate().filter_map(|(position, (argument, written))| {
        let free = matches!(argument.source, Source::Extractor { .. }) && !explained.contains(&position);
        let name = written.name.as_ref().filter(|_| free && is_plain(&argument.ty));
        name.map(|name| (position, name, written.ty))
    });
    let found: Vec<_> = found.collect();
    let names: Vec<String> = found.iter().map(|(_, name, _)| format!("`{name}`")).collect();
    if let ([(_, name, ty), ..], [first @ .., last]) = (found.as_slice(), names.as_slice()) {
        let (names, are, fields) = match first {
            [] => (last.clone(), "is no `:param`", "a field of this name"),
            first => {
                (format!("{} and {last}", first.join(", ")), "are no `:param`s", "fields of these names")
            }
        };
        errors.at(
            ty.to_token_stream(),
            format!("{names} {are} of the pattern: write `/:{name}` into it, or take a `Query<T>`, where `T` has {fields}"),
        );
    }
    found.into_iter().map(|(position, _, _)| position).collect()
}
