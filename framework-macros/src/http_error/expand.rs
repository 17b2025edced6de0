//! The problem that each variant is, the response made of it, and, unless another derive writes them, `Display`,
//! `Error` and `From`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Data, DeriveInput, Member};

use super::check::{Detail, HttpError, Variant};
use super::detail::{Piece, format_string};
use super::parse::{self, Status};
use crate::errors::Errors;

pub(super) fn http_error(error: &HttpError<'_>) -> TokenStream {
    let HttpError { name, generics, response_only, .. } = error;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (problem, sourced) = (problem_arms(error), sourced(error));
    let error_impls = (!response_only).then(|| error_impls(error));
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#name #ty_generics> for ::server::Problem #where_clause {
            fn from(__error: #name #ty_generics) -> Self {
                let __problem = match &__error {
                    #problem
                };
                #sourced
            }
        }

        #[automatically_derived]
        impl #impl_generics ::server::IntoResponse for #name #ty_generics #where_clause {
            fn into_response(self) -> ::server::Response {
                ::server::IntoResponse::into_response(<::server::Problem as ::core::convert::From<Self>>::from(self))
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
                impl #impl_generics ::core::convert::From<#sources> for #name #ty_generics #where_clause {
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

/// An arm for each variant: its problem, but for the cause.
fn problem_arms(error: &HttpError<'_>) -> TokenStream {
    let arms = error.variants.iter().map(|variant| {
        let (path, status) = (variant.path(error.name), status(variant.status));
        let title = variant.title.iter();
        let kind = variant.kind.iter();
        let (pattern, detail) = match &variant.detail {
            Some(detail) if error.response_only => {
                let text = format_string(&detail.pieces, detail.span);
                (detail.pattern(), Some(quote!(.detail(::std::format!(#text)))))
            }
            Some(_) => (quote!({ .. }), Some(quote!(.detail(::std::string::ToString::to_string(&__error))))),
            None => (quote!({ .. }), None),
        };
        quote! {
            #path #pattern => ::server::Problem::new(#status) #(.title_text(#title))* #(.kind(#kind))* #detail,
        }
    });
    match error.variants.as_slice() {
        [] => quote!(__never => match *__never {},),
        _ => quote!(#(#arms)*),
    }
}

/// The problem with the cause, for the log: the marked field; where another derive writes the message, the whole error.
fn sourced(error: &HttpError<'_>) -> TokenStream {
    let name = error.name;
    let has_cause = |variant: &&Variant<'_>| {
        variant.source.is_some() || (error.response_only && variant.status.is_server_error())
    };
    if !error.variants.iter().any(|variant| has_cause(&variant)) {
        return quote!(__problem);
    }
    let arms = error.variants.iter().map(|variant| {
        let path = variant.path(name);
        match &variant.source {
            _ if !has_cause(&variant) => quote!(#path { .. } => __problem,),
            Some(source) if !error.response_only => {
                let (member, ty) = (&source.member, source.ty);
                quote! {
                    #path { #member: __cause, .. } => {
                        __problem.source(<#ty as ::server::__private::Cause>::into_cause(__cause))
                    }
                }
            }
            Some(_) | None => quote!(#path { .. } => __problem.source(__error),),
        }
    });
    quote! {
        match __error {
            #(#arms)*
        }
    }
}

/// `Display`, `Error`, and a `From` for each field marked so.
fn error_impls(error: &HttpError<'_>) -> TokenStream {
    let HttpError { name, generics, .. } = error;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (display, source) = (display_arms(error), source_arms(error));
    let conversions = error.variants.iter().filter_map(|variant| {
        let source = variant.source.as_ref().filter(|source| source.from)?;
        let (path, member, ty) = (variant.path(name), &source.member, source.ty);
        Some(quote! {
            #[automatically_derived]
            impl #impl_generics ::core::convert::From<#ty> for #name #ty_generics #where_clause {
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
                match self {
                    #display
                }
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::error::Error for #name #ty_generics #where_clause {
            fn source(&self) -> ::core::option::Option<&(dyn ::core::error::Error + 'static)> {
                #source
            }
        }

        #(#conversions)*
    }
}

/// The detail; the title where there is none; the reason phrase where there is neither.
fn display_arms(error: &HttpError<'_>) -> TokenStream {
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
    match error.variants.as_slice() {
        [] => quote!(__never => match *__never {},),
        _ => quote!(#(#arms)*),
    }
}

fn source_arms(error: &HttpError<'_>) -> TokenStream {
    if error.variants.iter().all(|variant| variant.source.is_none()) {
        return quote!(::core::option::Option::None);
    }
    let arms = error.variants.iter().map(|variant| {
        let path = variant.path(error.name);
        match &variant.source {
            Some(source) => {
                let (member, ty) = (&source.member, source.ty);
                quote! {
                    #path { #member: __cause, .. } => {
                        ::core::option::Option::Some(<#ty as ::server::__private::Cause>::as_cause(__cause))
                    }
                }
            }
            None => quote!(#path { .. } => ::core::option::Option::None,),
        }
    });
    quote! {
        match self {
            #(#arms)*
        }
    }
}

/// The status by its name, or by its number where it has none.
fn status(status: Status) -> TokenStream {
    let Status(code) = status;
    match super::status::name(code) {
        Some(name) => {
            let name = Ident::new(name, Span::call_site());
            quote!(::server::StatusCode::#name)
        }
        None => quote!(::server::__private::status(#code)),
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
            let (member, binding) = (member(name), format_ident!("__{name}"));
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
