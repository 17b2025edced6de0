//! What an extractor's signature must have: a value of a type of this crate, made of other extractors.

use proc_macro2::Ident;
use quote::{ToTokens, format_ident};
use syn::{GenericArgument, PathArguments, ReturnType, Type};

use crate::errors::Errors;
use crate::extracted::{Extracted, StateType, borrowed_lifetime, tokens_text};
use crate::function::Function;
use crate::options::Options;
use crate::refused;
use crate::signature::{check_plain_async, has_impl, is_named, typed_arguments};

/// An extractor without a mistake that the macro can see.
pub(super) struct Extractor<'a> {
    pub(super) function: &'a Function,
    pub(super) state: StateType<'a>,
    /// The arguments' values in generated code, in the order of the signature.
    pub(super) values: Vec<Ident>,
    pub(super) extracted: Vec<Extracted>,
    pub(super) output: Output<'a>,
    pub(super) cached: bool,
    pub(super) takes_body: bool,
}

/// What the function returns.
pub(super) struct Output<'a> {
    /// The whole type.
    pub(super) whole: &'a Type,
    /// The type that becomes an extractor.
    pub(super) value: &'a Type,
    pub(super) failure: Failure<'a>,
}

/// How the function itself can refuse a request.
pub(super) enum Failure<'a> {
    /// It returns the value.
    Never,
    /// It returns `Result<Value, Error>`.
    Named(&'a Type),
    /// It returns `Result<Value>`, where an alias says the error.
    Aliased,
}

pub(super) fn extractor<'a>(
    function: &'a Function,
    options: &'a Options,
    errors: &mut Errors,
) -> Option<Extractor<'a>> {
    let sig = &function.sig;
    check_plain_async(sig, "an extractor", errors);
    let (mut values, mut extracted, mut request) = (Vec::new(), Vec::new(), None);
    for (index, ty) in typed_arguments(sig) {
        if is_request(ty) {
            check_request(ty, errors);
            if request.replace(ty).is_some() {
                errors.at(ty, "an extractor has one request: remove this argument");
            }
            values.push(format_ident!("__request"));
        } else if let Some(argument) = Extracted::check(index, ty, errors) {
            values.push(argument.value.clone());
            extracted.push(argument);
        }
    }
    let output = check_output(function, options, errors)?;
    check_recursion(output.value, &extracted, errors);
    let (cached, takes_body) = (options.has("cached"), options.has("takes_body"));
    let state = StateType::new(options.state.as_ref());
    Some(Extractor { function, state, values, extracted, output, cached, takes_body })
}

fn is_request(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_named(&reference.elem, "Request"),
        _ => is_named(ty, "Request"),
    }
}

/// The handler gets the request after the extractor, and a shared one cannot cross an `.await`.
fn check_request(ty: &Type, errors: &mut Errors) {
    let is_exclusive = matches!(ty, Type::Reference(reference) if reference.mutability.is_some());
    if !is_exclusive {
        errors.at(ty, "an extractor borrows the request, for itself alone: write `&mut Request`");
    }
}

fn check_output<'a>(function: &'a Function, options: &Options, errors: &mut Errors) -> Option<Output<'a>> {
    let ReturnType::Type(_, whole) = &function.sig.output else {
        let end = function.sig.paren_token.span.close();
        errors.at_span(
            end,
            "an extractor makes a value: write `-> YourType` or `-> Result<YourType, YourError>` here",
        );
        return None;
    };
    let output = split(whole);
    let value = output.value;
    if let Failure::Named(error) = output.failure
        && has_impl(error)
    {
        errors.at(error, "handlers may ask for the reason, so it needs a name: write the type of the error");
        return None;
    }
    if let Some(lifetime) = borrowed_lifetime(whole.to_token_stream()) {
        errors
            .at(lifetime, "the value outlives the arguments it is made of: return a type without a lifetime");
        return None;
    }
    if has_impl(value) {
        errors.at(value, "an extractor's type is what handlers write: return one with a name");
        return None;
    }
    if is_named(value, "Option") {
        let message = "handlers take an `Option` of any extractor: return a `Result`, with the answer to send where there is no value";
        errors.at(value, message);
        return None;
    }
    if options.state.is_none() && is_foreign(value) {
        let text = tokens_text(value);
        refused::note(value);
        errors.at(
            value,
            format_args!("`{text}` is no type of this crate: wrap it in one, as in `struct Name({text});`"),
        );
        return None;
    }
    Some(output)
}

/// Takes `Result<Value, Error>`, and aliases of it that are called `…Result<Value>`, apart.
fn split(whole: &Type) -> Output<'_> {
    let never = Output { whole, value: whole, failure: Failure::Never };
    let Type::Path(path) = whole else { return never };
    let Some(last) = path.path.segments.last() else { return never };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return never };
    if !last.ident.to_string().ends_with("Result") {
        return never;
    }
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    match (types.next(), types.next()) {
        (Some(value), Some(error)) => Output { whole, value, failure: Failure::Named(error) },
        // No alias can make an extractor of a foreign type, so this is a type of its own that is called so.
        (Some(value), None) if last.ident != "Result" && is_foreign(value) => never,
        (Some(value), None) => Output { whole, value, failure: Failure::Aliased },
        (None, _) => never,
    }
}

/// Whether `ty` is surely a type of the standard library, for which no other crate can implement `FromRequest`.
fn is_foreign(ty: &Type) -> bool {
    const NAMES: [&str; 33] = [
        "bool",
        "char",
        "str",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f32",
        "f64",
        "String",
        "Vec",
        "Option",
        "Result",
        "Arc",
        "Rc",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "VecDeque",
        "Duration",
        "Instant",
        "SystemTime",
        "PathBuf",
        "SocketAddr",
    ];
    match ty {
        Type::Path(path) => {
            let is_bare = path.path.segments.len() == 1 && path.qself.is_none();
            let root =
                path.path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
            let is_std = ["std", "core", "alloc"].contains(&root.as_str());
            is_std || (is_bare && NAMES.contains(&root.as_str()))
        }
        Type::Tuple(_)
        | Type::Array(_)
        | Type::Slice(_)
        | Type::Reference(_)
        | Type::FnPtr(_)
        | Type::Never(_) => true,
        _ => false,
    }
}

/// Refuses an argument that is what the function makes.
fn check_recursion(value: &Type, extracted: &[Extracted], errors: &mut Errors) {
    let made = value.to_token_stream().to_string();
    for argument in extracted {
        let needed = innermost(&argument.ty);
        if needed.to_token_stream().to_string() == made {
            let text = tokens_text(value);
            let message =
                format!("this extractor makes `{text}` and cannot start from one: take what it is made of");
            errors.at(&argument.ty, message);
        }
    }
}

/// `T` of `Option<T>` and `Result<T, E>`.
fn innermost(ty: &Type) -> &Type {
    let Type::Path(path) = ty else { return ty };
    let Some(last) = path.path.segments.last() else { return ty };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return ty };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if last.ident == "Option" || last.ident == "Result" => {
            innermost(inner)
        }
        _ => ty,
    }
}
