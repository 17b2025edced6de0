//! Arguments that extractors make: the checks that need no compiler, and the code that extracts them.
//!
//! A type that is no extractor is one error, on the argument: see `extract/argument.rs` of the framework for how.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::Type;

use crate::errors::Errors;
use crate::spans::{at, call_on};

/// The state that a function is for.
pub(crate) struct StateType<'a>(Option<&'a Type>);

impl<'a> StateType<'a> {
    /// `state = …` as written; every state where it is `None`.
    pub(crate) fn new(written: Option<&'a Type>) -> Self {
        Self(written)
    }

    /// The parameters of an `impl` over this state; what rustc has to say of them, it says at `place`.
    pub(crate) fn generics(&self, place: Span) -> TokenStream {
        match self.0 {
            Some(_) => TokenStream::new(),
            None => at(place, quote!(<__S: ::core::marker::Sync>)),
        }
    }

    /// The state inside of such an `impl`.
    pub(crate) fn name(&self) -> TokenStream {
        match self.0 {
            Some(ty) => ty.to_token_stream(),
            None => quote!(__S),
        }
    }

    /// The state that arguments are checked with, where the function stands.
    fn probed(&self) -> TokenStream {
        match self.0 {
            Some(ty) => ty.to_token_stream(),
            None => quote!(::server::__private::AnyState),
        }
    }
}

/// An argument that an extractor makes.
pub(crate) struct Extracted {
    /// The name of its value in generated code.
    pub(crate) value: Ident,
    pub(crate) ty: Type,
    /// The name of the constant that says whether `ty` is an extractor.
    probe: Ident,
}

impl Extracted {
    /// Takes the argument at `index` of the signature, unless no value of its type could be extracted.
    pub(crate) fn check(index: usize, ty: &Type, errors: &mut Errors) -> Option<Self> {
        let (value, probe) = (format_ident!("__argument_{index}"), format_ident!("__IS_EXTRACTOR_{index}"));
        is_owned(ty, errors).then(|| Self { value, probe, ty: ty.clone() })
    }

    /// `Argument<{…}, T>`, which extracts nothing where `T` is no extractor.
    fn argument(&self) -> TokenStream {
        let Self { probe, ty, .. } = self;
        quote!(::server::__private::Argument<{ #probe }, #ty>)
    }

    /// `<Argument<{…}, T> as Extract<State, T>>`.
    fn extract(&self, state: &TokenStream) -> TokenStream {
        let (argument, ty) = (self.argument(), &self.ty);
        quote!(<#argument as ::server::__private::Extract<#state, #ty>>)
    }
}

/// The constants that ask of each argument whether it is an extractor, with the one error where it is not.
pub(crate) fn probes(arguments: &[Extracted], state: &StateType<'_>) -> TokenStream {
    let probed = state.probed();
    let probes = arguments.iter().map(|Extracted { probe, ty, .. }| {
        quote! {
            const #probe: bool = ::server::__private::ProbeFor::<#probed, #ty>::IS_EXTRACTOR;
            const _: () = ::server::__private::assert_extractor_for::<#probed, #ty>();
        }
    });
    let import = (!arguments.is_empty()).then(|| {
        quote! {
            #[allow(unused_imports, reason = "needed where an argument is no extractor")]
            use ::server::__private::NoExtractorFor as _;
        }
    });
    quote!(#import #(#probes)*)
}

/// The `where` clause under which a request of `state` has all the arguments.
pub(crate) fn bounds(arguments: &[Extracted], state: &StateType<'_>) -> TokenStream {
    if arguments.is_empty() {
        return TokenStream::new();
    }
    let name = state.name();
    let bounds = arguments.iter().map(|argument| {
        let (implementor, ty) = (argument.argument(), &argument.ty);
        quote!(#implementor: ::server::__private::Extract<#name, #ty>)
    });
    quote!(where #(#bounds),*)
}

/// The statements that make each argument of `request`, a `&mut Request`, and `__state`, or return what `refuse` makes
/// of a rejection.
pub(crate) fn extractions(
    arguments: &[Extracted],
    state: &StateType<'_>,
    request: &TokenStream,
    refuse: impl Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let name = state.name();
    let statements = arguments.iter().map(|argument| {
        let (value, extract) = (&argument.value, argument.extract(&name));
        let refused = refuse(quote!(__rejection));
        quote! {
            let #value = match #extract::extract(#request, __state).await {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__rejection) => return #refused,
            };
        }
    });
    quote!(#(#statements)*)
}

/// Whether any argument takes the body: a constant expression, inside of an `impl` over the state.
pub(crate) fn takes_body(arguments: &[Extracted], state: &StateType<'_>) -> TokenStream {
    any_takes_body(arguments, &state.name())
}

/// The same outside of such an `impl`.
pub(crate) fn takes_body_probed(arguments: &[Extracted], state: &StateType<'_>) -> TokenStream {
    any_takes_body(arguments, &state.probed())
}

fn any_takes_body(arguments: &[Extracted], name: &TokenStream) -> TokenStream {
    if arguments.is_empty() {
        return quote!(false);
    }
    let each = arguments.iter().map(|argument| {
        let extract = argument.extract(name);
        quote!(#extract::TAKES_BODY)
    });
    quote!(#(#each)||*)
}

/// The constant that refuses `argument`, on itself, where it takes the body and `condition` holds.
pub(crate) fn body_check(
    argument: &Extracted,
    state: &StateType<'_>,
    condition: &TokenStream,
    message: &str,
) -> TokenStream {
    let extract = argument.extract(&state.probed());
    let arguments = quote!(#condition && #extract::TAKES_BODY, #message);
    let refuse = call_on(&argument.ty, quote!(::server::__private::refuse_if), arguments);
    quote!(const _: () = #refuse;)
}

/// Refuses what no extractor can make, whatever the compiler knows: borrowed and unnamed types.
fn is_owned(ty: &Type, errors: &mut Errors) -> bool {
    match ty {
        Type::Reference(reference) => {
            let owned = owned_form(&reference.elem);
            errors.at(ty, format_args!("an extractor makes values, not references: write {owned}"));
            return false;
        }
        Type::ImplTrait(_) => {
            errors.at(ty, "an argument needs a type with a name: write the extractor's");
            return false;
        }
        _ => {}
    }
    if let Some(lifetime) = borrowed_lifetime(ty.to_token_stream()) {
        errors.at(lifetime, "an extractor makes values that borrow nothing: write a type without a lifetime");
        return false;
    }
    true
}

/// What to write in place of a reference to `ty`.
fn owned_form(ty: &Type) -> String {
    match tokens_text(ty).as_str() {
        "str" => "`String`".to_owned(),
        "[u8]" => "`Bytes`".to_owned(),
        other => format!("`{other}`"),
    }
}

/// The first lifetime but `'static` in `tokens`.
fn borrowed_lifetime(tokens: TokenStream) -> Option<TokenStream> {
    let mut trees = tokens.into_iter();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(tick) if tick.as_char() == '\'' => {
                let name = trees.next()?;
                if name.to_string() != "static" {
                    return Some(quote!(#tick #name));
                }
            }
            TokenTree::Group(group) => {
                let inside = borrowed_lifetime(group.stream());
                if inside.is_some() {
                    return inside;
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
    None
}

/// The text of `tokens` as it is written by hand, without the spaces that a token stream prints.
pub(crate) fn tokens_text(tokens: &impl ToTokens) -> String {
    let printed = tokens.to_token_stream().to_string();
    let mut text = String::with_capacity(printed.len());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut chars = printed.chars().peekable();
    while let Some(c) = chars.next() {
        let (before, after) = (text.chars().last(), chars.peek());
        let spaced = before.is_some_and(|c| is_word(c) || c == '>') && after.is_some_and(|c| is_word(*c));
        match c {
            ',' => text.push_str(", "),
            '+' => text.push_str(" + "),
            ' ' if spaced => text.push(' '),
            ' ' => {}
            other => text.push(other),
        }
    }
    text
}
