//! The unit struct, and the implementation that holds the user's function.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, GenericArgument, PathArguments, Type};

use super::check::{Middleware, as_taken};
use crate::errors::Errors;
use crate::extracted::{bounds, extractions, probes, tokens_text};
use crate::function::Function;
use crate::header::{FnArg, Signature};
use crate::signature::{allow_asked_for, is_named, respond, typed_arguments};
use crate::spans::{at_generated, ends};

pub(super) fn middleware(middleware: &Middleware<'_>) -> TokenStream {
    let Middleware { function, state, extracted, .. } = middleware;
    let name = &function.sig.ident;
    let unit = unit_struct(function);
    let inner = inner_function(function);
    let probes = probes(extracted, state);
    let body_checks = extracted.iter().map(|argument| {
        let ty = tokens_text(&argument.ty);
        let message = format!("`{ty}` takes the body, which is the handler's: take `{ty}` there");
        argument.refuse_if(&argument.takes_body(state), &message)
    });
    let (generics, state_name) = (state.generics(Span::call_site()), state.name());
    let bounds = bounds(extracted, state);
    let call = call(middleware);
    let deprecated = function.attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
    let deprecated = deprecated.then(|| quote!(#[allow(deprecated, reason = "it is made here, not used")]));
    quote! {
        #unit

        const _: () = {
            #probes
            #(#body_checks)*

            #inner

            #deprecated
            #[automatically_derived]
            impl #generics ::server::Middleware<#state_name> for #name #bounds {
                #call
            }
        };
    }
}

/// The method that calls the function.
fn call(middleware: &Middleware<'_>) -> TokenStream {
    let Middleware { function, state, values, extracted, output } = middleware;
    let (name, state_name) = (&function.sig.ident, state.name());
    // A future that is not `Send` is reported on what the method returns, so that lies where the function's does.
    let at_output = |answer| at_generated(ends(output).1, answer);
    if extracted.is_empty() {
        // Nothing is waited for but the function: its future is the method's, and is not kept in another.
        let answer = at_output(quote! {
            impl ::core::future::Future<Output = ::server::Response> + ::core::marker::Send
        });
        let response = respond(output, &quote!(__answer));
        return quote! {
            fn call(
                &self,
                __request: ::server::Request,
                __state: &#state_name,
                __next: ::server::Next<'_>,
            ) -> #answer {
                ::server::__private::responding(#name(#(#values),*), |__answer| #response)
            }
        };
    }
    let extractions = extractions(extracted, state, &quote!(&mut __request), |rejection| rejection);
    let answer = at_output(quote!(::server::Response));
    let response = respond(output, &quote!(#name(#(#values),*).await));
    quote! {
        async fn call(
            &self,
            mut __request: ::server::Request,
            __state: &#state_name,
            __next: ::server::Next<'_>,
        ) -> #answer {
            #extractions
            #response
        }
    }
}

/// What stands for a middleware with mistakes: a value that can be attached, so that no second error follows.
///
/// The function's body is left out where it was written for another signature than it must have.
pub(super) fn fallback(function: &Function, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    if function.is_method() {
        return quote!(#function #errors);
    }
    let mut function = function.mended();
    let mut named = Vec::new();
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(argument) = input
            && let Some(ty) = as_taken(&argument.ty)
        {
            named.extend(types_inside(&argument.ty));
            argument.ty = ty;
        }
    }
    if !function.sig.generics.params.is_empty() {
        named.clear();
    }
    if function.sig.asyncness.is_none() || borrows(&function.sig) {
        function.body = syn::parse_quote!({ loop {} });
    }
    let (name, unit, inner) = (&function.sig.ident, unit_struct(&function), inner_function(&function));
    quote! {
        #unit

        const _: () = {
            #[allow(dead_code, unused_variables, unused_mut, reason = "it has mistakes")]
            #inner

            // Types that were left out of its arguments are used none the less.
            #(const _: ::core::marker::PhantomData<#named> = ::core::marker::PhantomData;)*

            #[automatically_derived]
            impl<__S> ::server::Middleware<__S> for #name {
                fn call(
                    &self,
                    _: ::server::Request,
                    _: &__S,
                    _: ::server::Next<'_>,
                ) -> impl ::core::future::Future<Output = ::server::Response> + ::core::marker::Send {
                    ::core::future::pending()
                }
            }
        };

        #errors
    }
}

/// The types in the brackets of another.
fn types_inside(ty: &Type) -> Vec<Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(list)) = path.path.segments.last().map(|last| &last.arguments)
    else {
        return Vec::new();
    };
    let types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}

/// Whether the request, or what comes next, is a reference.
fn borrows(sig: &Signature) -> bool {
    typed_arguments(sig).any(|(_, ty)| match ty {
        Type::Reference(ty) => is_named(&ty.elem, "Request") || is_named(&ty.elem, "Next"),
        _ => false,
    })
}

/// The value that is attached: it has the function's name, visibility and documentation.
fn unit_struct(function: &Function) -> TokenStream {
    let Function { attrs, vis, sig, .. } = function;
    let (name, attrs) = (&sig.ident, attrs.iter().filter(|attr| is_documentation(attr) || is_lint(attr)));
    quote! {
        #(#attrs)*
        #[allow(non_camel_case_types, reason = "it is called like its function")]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #vis struct #name;
    }
}

/// The user's function, without what went to the struct.
fn inner_function(function: &Function) -> TokenStream {
    let Function { attrs, sig, body, .. } = function;
    let (allow, attrs) = (allow_asked_for(), attrs.iter().filter(|attr| !is_documentation(attr)));
    quote!(#allow #(#attrs)* #sig #body)
}

fn is_documentation(attr: &Attribute) -> bool {
    attr.path().is_ident("doc") || attr.path().is_ident("deprecated")
}

fn is_lint(attr: &Attribute) -> bool {
    ["allow", "warn", "deny", "forbid"].iter().any(|level| attr.path().is_ident(level))
}
