//! Arguments that extractors make: the checks that need no compiler, and the code that extracts them.
//!
//! A type that is no extractor is one error, on the argument: see `extract/argument.rs` of the framework for how.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::Type;

use crate::errors::Errors;
use crate::spans::{at, call_on, ends, has_brackets};
use crate::unshared;

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
    /// The alias for an `Argument` that knows whether `ty` is an extractor.
    alias: Ident,
}

impl Extracted {
    /// Takes the argument at `index` of the signature, unless no value of its type could be extracted.
    pub(crate) fn check(index: usize, ty: &Type, errors: &mut Errors) -> Option<Self> {
        let (value, alias) = (format_ident!("__argument_{index}"), format_ident!("__Argument{index}"));
        is_owned(ty, errors).then(|| Self { value, alias, ty: ty.clone() })
    }

    /// `<Argument<{…}, T> as Extract<State, T>>`.
    fn extract(&self, state: &TokenStream) -> TokenStream {
        let Self { alias, ty, .. } = self;
        quote!(<#alias as ::server::__private::Extract<#state, #ty>>)
    }

    /// Whether it takes the body, as a constant expression outside of any `impl`.
    pub(crate) fn takes_body(&self, state: &StateType<'_>) -> TokenStream {
        let extract = self.extract(&state.probed());
        quote!(#extract::TAKES_BODY)
    }

    /// The constant that refuses it, on itself, where `condition` holds.
    pub(crate) fn refuse_if(&self, condition: &TokenStream, message: &str) -> TokenStream {
        let refuse = call_on(&self.ty, quote!(::server::__private::refuse_if), quote!(#condition, #message));
        quote!(const _: () = #refuse;)
    }
}

/// The place of the parameters of an `impl` that names the arguments' types: that of `value`, but as a macro's, where
/// rustc would advise to declare what it does not know beside them.
pub(crate) fn place_of_generics(value: &Type, arguments: &[Extracted]) -> Span {
    let place = ends(value).0;
    let advised = has_brackets(value) || arguments.iter().any(|argument| has_brackets(&argument.ty));
    if advised { Span::call_site().located_at(place) } else { place }
}

/// The aliases that ask of each argument whether it is an extractor, with the one error where it is not.
pub(crate) fn probes(arguments: &[Extracted], state: &StateType<'_>) -> TokenStream {
    if arguments.is_empty() {
        return TokenStream::new();
    }
    let probed = state.probed();
    let probes = arguments.iter().map(|Extracted { alias, ty, .. }| {
        quote! {
            type #alias = ::server::__private::Argument<
                { ::server::__private::StateProbe::<#probed, #ty>::IS_EXTRACTOR },
                #ty,
            >;
            const _: () = ::server::__private::assert_extractor_for::<#probed, #ty>();
        }
    });
    quote! {
        #[allow(unused_imports, reason = "needed where an argument is no extractor")]
        use ::server::__private::NoExtractor as _;
        #(#probes)*
    }
}

/// The `where` clause under which a request of `state` has all the arguments.
pub(crate) fn bounds(arguments: &[Extracted], state: &StateType<'_>) -> TokenStream {
    if arguments.is_empty() {
        return TokenStream::new();
    }
    let name = state.name();
    let bounds = arguments
        .iter()
        .map(|Extracted { alias, ty, .. }| quote!(#alias: ::server::__private::Extract<#name, #ty>));
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
    let name = state.name();
    let each = arguments.iter().map(|argument| {
        let extract = argument.extract(&name);
        quote!(#extract::TAKES_BODY)
    });
    if arguments.is_empty() { quote!(false) } else { quote!(#(#each)||*) }
}

/// Whether all arguments are made at once: a constant expression, inside of an `impl` over the state.
pub(crate) fn ready(arguments: &[Extracted], state: &StateType<'_>) -> TokenStream {
    let name = state.name();
    let each = arguments.iter().map(|argument| {
        let extract = argument.extract(&name);
        quote!(#extract::READY)
    });
    if arguments.is_empty() { quote!(true) } else { quote!(#(#each)&&*) }
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
    if let Some(message) = unshared::in_argument(ty) {
        errors.told_elsewhere(ty, message);
        return false;
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
pub(crate) fn borrowed_lifetime(tokens: TokenStream) -> Option<TokenStream> {
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
