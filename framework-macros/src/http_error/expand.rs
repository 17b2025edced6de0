//! The problem that each variant is, the response made of it, and, unless another derive writes them, `Display`,
//! `Error` and `From`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Data, DeriveInput, Member};

use super::check::{Detail, Extension, HttpError, Variant};
use super::detail::{Piece, format_string};
use super::parse::{self, Status};
use crate::errors::Errors;
use crate::spans::impl_for;

pub(super) fn http_error(error: &HttpError<'_>) -> TokenStream {
    let HttpError { name, generics, response_only, .. } = error;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let problem = problem(error);
    let error_impls = (!response_only).then(|| error_impls(error));
    let word = impl_with_causes(error);
    quote! {
        #[automatically_derived]
        #word #impl_generics ::core::convert::From<#name #ty_generics> for ::server::Problem #where_clause {
            fn from(__error: #name #ty_generics) -> Self {
                #problem
            }
        }

        #[automatically_derived]
        impl #impl_generics ::server::IntoResponse for #name #ty_generics #where_clause {
            fn into_response(self) -> ::server::Response {
                ::server::Response::problem(::core::convert::Into::into(self))
            }
        }

        #error_impls
    }
}

/// What stands for an error type with mistakes: it is a response, an error, and made of what is marked so, so that no
/// second error follows.
pub(super) fn fallback(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let whole = parse::variant(&input.attrs, &mut Errors::default());
    let is_union = matches!(input.data, Data::Union(_));
    let error_impls = (whole.response_only.is_none() && !is_union).then(|| {
        let sources = parse::converted(input);
        let words = sources.iter().map(|source| impl_for(name, source));
        quote! {
            #[automatically_derived]
            impl #impl_generics ::core::fmt::Display for #name #ty_generics #where_clause {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::result::Result::Ok(())
                }
            }

            #[automatically_derived]
            impl #impl_generics ::core::error::Error for #name #ty_generics #where_clause {}

            #(
                #[automatically_derived]
                #words #impl_generics ::core::convert::From<#sources> for #name #ty_generics #where_clause {
                    fn from(_: #sources) -> Self {
                        loop {}
                    }
                }
            )*
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#name #ty_generics> for ::server::Problem #where_clause {
            fn from(_: #name #ty_generics) -> Self {
                Self::new(::server::StatusCode::INTERNAL_SERVER_ERROR)
            }
        }

        #[automatically_derived]
        impl #impl_generics ::server::IntoResponse for #name #ty_generics #where_clause {
            fn into_response(self) -> ::server::Response {
                ::server::Response::new(::server::StatusCode::INTERNAL_SERVER_ERROR)
            }
        }

        #error_impls
    }
}

/// The expression for the problem that `__error` is.
fn problem(error: &HttpError<'_>) -> TokenStream {
    if error.variants.is_empty() {
        return quote!(match __error {});
    }
    let arms = error.variants.iter().map(|variant| problem_arm(error, variant));
    let problem = quote!(match &__error { #(#arms)* });
    let (members, causes) = (members(error), causes(error));
    if members.is_none() && causes.is_none() {
        return problem;
    }
    let members = members.map(|members| quote!(let __problem = #members;));
    let causes = causes.unwrap_or_else(|| quote!(__problem));
    quote! {
        let __problem = #problem;
        #members
        #causes
    }
}

/// The problem with the fields that are members of it.
fn members(error: &HttpError<'_>) -> Option<TokenStream> {
    let with_members = |variant: &Variant<'_>| {
        if variant.members.is_empty() {
            return None;
        }
        let path = variant.path(error.name);
        // A type that serde cannot write is told of where it stands.
        let binding = |index, extension: &Extension| format_ident!("__member_{index}", span = extension.span);
        let fields = variant.members.iter().enumerate().map(|(index, extension)| {
            let (member, binding) = (&extension.member, binding(index, extension));
            quote!(#member: #binding)
        });
        let problem =
            variant.members.iter().enumerate().fold(quote!(__problem), |problem, (index, extension)| {
                let (name, binding) = (&extension.name, binding(index, extension));
                quote_spanned!(extension.span=> ::server::__private::member(#problem, #name, #binding))
            });
        Some(quote!(#path { #(#fields,)* .. } => #problem,))
    };
    match_causes(error, &quote!(&__error), with_members, &quote!(__problem))
}

/// A variant's problem, but for the cause.
fn problem_arm(error: &HttpError<'_>, variant: &Variant<'_>) -> TokenStream {
    let (path, status) = (variant.path(error.name), status(variant.status));
    let (title, kind) = (variant.title.iter(), variant.kind.iter());
    let (pattern, detail) = match &variant.detail {
        Some(detail) if error.response_only => {
            let text = format_string(&detail.pieces, detail.span);
            (detail.pattern(), Some(quote!(.detail(::std::format!(#text)))))
        }
        Some(_) => (quote!({ .. }), Some(quote!(.detail(::std::string::ToString::to_string(&__error))))),
        None => (quote!({ .. }), None),
    };
    quote! {
        #path #pattern => ::server::Problem::new(#status) #(.title(#title))* #(.kind(#kind))* #detail,
    }
}

/// The problem with the cause, for the log: the marked field; where another derive writes the message, the whole error.
fn causes(error: &HttpError<'_>) -> Option<TokenStream> {
    let with_cause = |variant: &Variant<'_>| {
        let path = variant.path(error.name);
        match &variant.source {
            Some(source) if !error.response_only => {
                let (member, ty) = (&source.member, source.ty);
                Some(quote! {
                    #path { #member: __cause, .. } => {
                        __problem.source(<#ty as ::server::__private::Cause>::into_cause(__cause))
                    }
                })
            }
            Some(_) => Some(quote!(#path { .. } => __problem.source(__error),)),
            None if error.response_only && variant.status.is_server_error() => {
                Some(quote!(#path { .. } => __problem.source(__error),))
            }
            None => None,
        }
    };
    match_causes(error, &quote!(__error), with_cause, &quote!(__problem))
}

/// A `match` with the arms of the variants that have a cause, and one for all others; `None` where no variant has one.
fn match_causes(
    error: &HttpError<'_>,
    scrutinee: &TokenStream,
    arm: impl Fn(&Variant<'_>) -> Option<TokenStream>,
    otherwise: &TokenStream,
) -> Option<TokenStream> {
    let (mut arms, mut others) = (Vec::new(), Vec::new());
    for variant in &error.variants {
        match arm(variant) {
            Some(arm) => arms.push(arm),
            None => others.push(variant.path(error.name)),
        }
    }
    let others = (!others.is_empty()).then(|| quote!(#(#others { .. })|* => #otherwise,));
    (!arms.is_empty()).then(|| quote!(match #scrutinee { #(#arms)* #others }))
}

/// `Display`, `Error`, and a `From` for each field marked so.
fn error_impls(error: &HttpError<'_>) -> TokenStream {
    let HttpError { name, generics, .. } = error;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (display, cause, word) = (display(error), cause(error), impl_with_causes(error));
    let conversions = error.variants.iter().filter_map(|variant| {
        let source = variant.source.as_ref().filter(|source| source.from)?;
        let (path, member, ty, word) =
            (variant.path(name), &source.member, source.ty, impl_for(name, source.ty));
        Some(quote! {
            #[automatically_derived]
            #word #impl_generics ::core::convert::From<#ty> for #name #ty_generics #where_clause {
                fn from(__cause: #ty) -> Self {
                    #path { #member: __cause }
                }
            }
        })
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Display for #name #ty_generics #where_clause {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #display
            }
        }

        #[automatically_derived]
        #word #impl_generics ::core::error::Error for #name #ty_generics #where_clause {
            fn source(&self) -> ::core::option::Option<&(dyn ::core::error::Error + 'static)> {
                #cause
            }
        }

        #(#conversions)*
    }
}

/// The detail; the title where there is none; the reason phrase where there is neither.
fn display(error: &HttpError<'_>) -> TokenStream {
    if error.variants.is_empty() {
        return quote!(match *self {});
    }
    let arms = error.variants.iter().map(|variant| {
        let path = variant.path(error.name);
        match (&variant.detail, &variant.title) {
            (Some(detail), _) => {
                let (pattern, text) = (detail.pattern(), format_string(&detail.pieces, detail.span));
                quote!(#path #pattern => ::core::write!(__f, #text),)
            }
            (None, Some(title)) => quote!(#path { .. } => __f.write_str(#title),),
            (None, None) => {
                let reason = super::status::reason(variant.status.0);
                quote!(#path { .. } => __f.write_str(#reason),)
            }
        }
    });
    quote! {
        match self {
            #(#arms)*
        }
    }
}

/// The word `impl` where the types of all causes are named inside.
fn impl_with_causes(error: &HttpError<'_>) -> TokenStream {
    let causes = error.variants.iter().filter_map(|variant| variant.source.as_ref());
    let types = causes.map(|cause| cause.ty);
    impl_for(error.name, &quote!(#(#types),*))
}

/// What `Error::source` gives.
fn cause(error: &HttpError<'_>) -> TokenStream {
    let none = quote!(::core::option::Option::None);
    let with_cause = |variant: &Variant<'_>| {
        let (path, source) = (variant.path(error.name), variant.source.as_ref()?);
        let (member, ty) = (&source.member, source.ty);
        Some(quote! {
            #path { #member: __cause, .. } => {
                ::core::option::Option::Some(<#ty as ::server::__private::Cause>::as_cause(__cause))
            }
        })
    };
    match_causes(error, &quote!(self), with_cause, &none).unwrap_or(none)
}

/// The status by its name, or by its number where it has none.
fn status(status: Status) -> TokenStream {
    let Status(code) = status;
    match super::status::name(code) {
        Some(name) => {
            let name = Ident::new(name, Span::call_site());
            quote!(::server::StatusCode::#name)
        }
        None => {
            let code = Literal::u16_unsuffixed(code);
            quote!(::server::__private::status(#code))
        }
    }
}

impl Variant<'_> {
    /// `Error::Variant`, or the struct's name.
    fn path(&self, whole: &Ident) -> TokenStream {
        match self.name {
            Some(name) => quote!(#whole::#name),
            None => whole.to_token_stream(),
        }
    }
}

impl Detail {
    /// The pattern that binds each field the text names.
    fn pattern(&self) -> TokenStream {
        let mut bound: Vec<&str> = Vec::new();
        for piece in &self.pieces {
            if let Piece::Field { name, .. } = piece
                && !bound.contains(&name.as_str())
            {
                bound.push(name);
            }
        }
        let fields = bound.iter().map(|name| {
            let (member, binding) = (member(name), format_ident!("__{name}", span = self.span));
            quote!(#member: #binding)
        });
        quote!({ #(#fields,)* .. })
    }
}

/// The field called `name`; one that is called like a keyword is written `r#name`.
fn member(name: &str) -> Member {
    match name.parse::<u32>() {
        Ok(index) => Member::Unnamed(syn::Index { index, span: Span::call_site() }),
        Err(_) => {
            Member::Named(syn::parse_str(name).unwrap_or_else(|_| Ident::new_raw(name, Span::call_site())))
        }
    }
}
