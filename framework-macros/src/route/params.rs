//! Arguments made from parameters of the pattern: one that is at fault is told of with all others that are.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::expand::local;
use super::signature::{Argument, Source, Text};
use crate::code::Code;

/// The arguments that are parameters, with their index in the signature.
pub(super) struct Params<'a> {
    all: Vec<Param<'a>>,
    /// Whether the function runs on another thread.
    blocking: bool,
}

struct Param<'a> {
    argument: usize,
    param: usize,
    name: &'a str,
    ty: &'a syn::Type,
    text: Text,
}

impl<'a> Params<'a> {
    pub(super) fn of(arguments: &'a [Argument], blocking: bool) -> Self {
        let params = arguments.iter().enumerate().filter_map(|(index, argument)| match &argument.source {
            Source::Param { index: param, name, text } => {
                Some(Param { argument: index, param: *param, name, ty: &argument.ty, text: *text })
            }
            Source::Extractor { .. } | Source::Request => None,
        });
        Self { all: params.collect(), blocking }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// A `Result` for each, for a call that refuses all of them at once.
    pub(super) fn write_results(&self, code: &mut Code) {
        for Param { param, name, ty, .. } in &self.all {
            code.text("::server::__private::owned_param::<").tokens(ty);
            code.text(&format!(">(&__request, {param}, {name:?}),"));
        }
    }

    /// The statements before any extractor runs.
    pub(super) fn before_extractors(&self) -> TokenStream {
        let refused = (self.all.len() > 1).then(|| {
            let faults = self.all.iter().map(Param::fault);
            quote! {
                let __refused = |__request: &::server::Request| ::server::__private::refuse_params([#(#faults),*]);
            }
        });
        let owned = self.with(Text::Owned).map(|param| self.or_refuse(&param.arg(), &param.owned()));
        quote!(#refused #(#owned)*)
    }

    /// The statements behind the extractors, which change the request: what points into it.
    pub(super) fn behind_extractors(&self) -> TokenStream {
        let borrowed = self.with(Text::Borrowed).map(|param| {
            let Param { param: index, name, .. } = param;
            let (text, index) = (param.text(), Literal::usize_unsuffixed(*index));
            let made = quote!(::server::__private::param_text(&__request, #index, #name));
            let made = self.or_refuse(&text, &made);
            if self.blocking {
                // What runs on another thread cannot point into the request, which stays here.
                return quote!(#made let #text = ::std::borrow::Cow::into_owned(#text););
            }
            let parsed = self.or_refuse(&param.arg(), &param.borrowed());
            quote!(#made #parsed)
        });
        quote!(#(#borrowed)*)
    }

    /// The statements on the thread that runs the function, where that is another one.
    pub(super) fn on_its_thread(&self) -> TokenStream {
        if !self.blocking {
            return TokenStream::new();
        }
        let all: Vec<_> = self.with(Text::Borrowed).map(Param::borrowed).collect();
        // The request is not here to be asked again, but the texts are.
        let refused = match all.as_slice() {
            [_, _, ..] => Refused::All(quote!(::server::__private::refuse_params([#(#all.err()),*]))),
            [] | [_] => Refused::One,
        };
        let parsed =
            self.with(Text::Borrowed).map(|param| or_return(&param.arg(), &param.borrowed(), &refused));
        quote!(#(#parsed)*)
    }

    fn with(&self, text: Text) -> impl Iterator<Item = &Param<'a>> {
        self.all.iter().filter(move |param| param.text == text)
    }

    /// Binds what is made, or answers with all that is wrong.
    fn or_refuse(&self, name: &Ident, made: &TokenStream) -> TokenStream {
        let refused = match self.all.as_slice() {
            [_, _, ..] => Refused::All(quote!(__refused(&__request))),
            [] | [_] => Refused::One,
        };
        or_return(name, made, &refused)
    }
}

impl Param<'_> {
    fn arg(&self) -> Ident {
        local("arg", self.argument)
    }

    /// The text that the argument borrows from.
    fn text(&self) -> Ident {
        local("text", self.argument)
    }

    fn owned(&self) -> TokenStream {
        let request = quote!(&__request);
        self.owned_from(&request)
    }

    fn owned_from(&self, request: &TokenStream) -> TokenStream {
        let Self { param, name, ty, .. } = self;
        let param = Literal::usize_unsuffixed(*param);
        quote!(::server::__private::owned_param::<#ty>(#request, #param, #name))
    }

    fn borrowed(&self) -> TokenStream {
        let (Self { name, ty, .. }, text) = (self, self.text());
        quote!(::server::__private::borrowed_param::<#ty>(&#text, #name))
    }

    /// What is wrong with it, if anything is, in an expression that has `__request` by reference.
    fn fault(&self) -> TokenStream {
        if self.text == Text::Owned {
            let made = self.owned_from(&quote!(__request));
            return quote!(#made.err());
        }
        let Self { param, name, ty, .. } = self;
        let (param, text) = (Literal::usize_unsuffixed(*param), format_ident!("__text"));
        quote! {
            ::server::__private::param_fault(__request, #param, #name, |#text| {
                ::server::__private::borrowed_param::<#ty>(#text, #name).err()
            })
        }
    }
}

/// `let #name = match #made { Ok(value) => value, Err(fault) => return #refused };`
fn or_return(name: &Ident, made: &TokenStream, refused: &Refused) -> TokenStream {
    let (fault, answer) = match refused {
        Refused::One => {
            let answer = quote!(::server::__private::refuse_params([::core::option::Option::Some(__fault)]));
            (quote!(__fault), answer)
        }
        Refused::All(answer) => (quote!(_), answer.clone()),
    };
    quote! {
        let #name = match #made {
            ::core::result::Result::Ok(__value) => __value,
            ::core::result::Result::Err(#fault) => return #answer,
        };
    }
}

/// What is answered where one is at fault.
enum Refused {
    /// It is the only one that can be.
    One,
    /// An expression that asks all again.
    All(TokenStream),
}
