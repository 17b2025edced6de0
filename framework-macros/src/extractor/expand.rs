//! The function as it was written, and beside it the implementation of `FromRequest` for what it returns.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use super::check::{Extractor, Failure};
use crate::errors::Errors;
use crate::extracted::{
    Extracted, bounds, extractions, place_of_generics, probes, ready, takes_body, tokens_text,
};
use crate::function::Function;
use crate::refused;
use crate::signature::allow_asked_for;
use crate::spans::{around, at_generated, ends};
use crate::waiting::may_wait;

pub(super) fn extractor(extractor: &Extractor<'_>) -> TokenStream {
    let Extractor { function, state, extracted, output, .. } = extractor;
    let value = output.value;
    let probes = probes(extracted, state);
    let body_checks = body_checks(extractor);
    let generics = state.generics(place_of_generics(value, extracted));
    let (state_name, bounds) = (state.name(), bounds(extracted, state));
    let takes_body = if extractor.takes_body { quote!(true) } else { takes_body(extracted, state) };
    let ready = (!may_wait(function)).then(|| {
        let ready = ready(extracted, state);
        quote!(const READY: bool = #ready;)
    });
    let rejection = rejection(extractor);
    let make = make(extractor);
    // A future that is not `Send` is reported on what the method returns, so that lies where the function's does.
    let answer = quote!(::core::result::Result<Self, Self::Rejection>);
    let answer = at_generated(ends(output.whole).1, answer);
    let allow = allow_asked_for();
    quote! {
        #allow
        #function

        const _: () = {
            #probes
            #body_checks

            #[automatically_derived]
            impl #generics ::server::FromRequest<#state_name> for #value #bounds {
                const TAKES_BODY: bool = #takes_body;
                #ready
                type Rejection = #rejection;

                async fn from_request(
                    __request: &mut ::server::Request,
                    __state: &#state_name,
                ) -> #answer {
                    #make
                }
            }
        };
    }
}

/// What stands for an extractor with mistakes: its type is one, so that no second error follows.
pub(super) fn fallback(
    function: &Function,
    extractor: Option<&Extractor<'_>>,
    errors: Errors,
) -> TokenStream {
    let errors = errors.into_tokens();
    if function.is_method() {
        if let Some(extractor) = extractor {
            refused::note(extractor.output.value);
        }
        return quote!(#function #errors);
    }
    let function = function.mended();
    let Some(Extractor { state, output, .. }) = extractor else {
        return quote!(#function #errors);
    };
    let (generics, state_name, value) = (state.generics(Span::call_site()), state.name(), output.value);
    quote! {
        #function

        #[automatically_derived]
        impl #generics ::server::FromRequest<#state_name> for #value {
            type Rejection = ::core::convert::Infallible;

            fn from_request(
                _: &mut ::server::Request,
                _: &#state_name,
            ) -> impl ::core::future::Future<Output = ::core::result::Result<Self, Self::Rejection>> + ::core::marker::Send {
                ::core::future::pending()
            }
        }

        #errors
    }
}

/// Refuses, on the argument, each one that takes the body after another did.
fn body_checks(extractor: &Extractor<'_>) -> TokenStream {
    let Extractor { extracted, state, .. } = extractor;
    let takes_body = |argument: &Extracted| argument.takes_body(state);
    let checks = extracted.iter().enumerate().skip(1).map(|(index, argument)| {
        let before = extracted.iter().take(index).map(takes_body);
        let (this, ty) = (takes_body(argument), tokens_text(&argument.ty));
        let message =
            format!("`{ty}` takes the body, which an argument before it takes already: remove one of them");
        argument.refuse_if(&quote!(#this && (#(#before)||*)), &message)
    });
    quote!(#(#checks)*)
}

/// The function's own error, or that of an argument as well.
fn rejection(extractor: &Extractor<'_>) -> TokenStream {
    let output = &extractor.output;
    let own = match output.failure {
        Failure::Never => quote!(::core::convert::Infallible),
        Failure::Named(error) => error.to_token_stream(),
        Failure::Aliased => around(quote!(<), output.whole, quote!(as ::server::__private::Outcome>::Error)),
    };
    if extractor.extracted.is_empty() { own } else { around(quote!(::server::Rejected<), &own, quote!(>)) }
}

/// The body of `from_request`.
fn make(extractor: &Extractor<'_>) -> TokenStream {
    let Extractor { function, state, values, extracted, output, .. } = extractor;
    let (name, value) = (&function.sig.ident, output.value);
    let refuse = |rejection| quote!(::core::result::Result::Err(::server::Rejected::Argument(#rejection)));
    let extractions = extractions(extracted, state, &quote!(&mut *__request), refuse);
    let (recall, keep) = if extractor.cached {
        let recall = quote! {
            let __cache = ::server::__private::cache::<#value>();
            if let ::core::option::Option::Some(__value) = __cache.get(__request) {
                return ::core::result::Result::Ok(__value);
            }
        };
        (recall, quote!(__cache.put(__request, &__value);))
    } else {
        (TokenStream::new(), TokenStream::new())
    };
    let call = quote!(#name(#(#values),*).await);
    let call = match (&output.failure, extracted.is_empty()) {
        (Failure::Never, _) => call,
        (Failure::Named(_) | Failure::Aliased, true) => quote!(#call?),
        (Failure::Named(_) | Failure::Aliased, false) => quote!(#call.map_err(::server::Rejected::Function)?),
    };
    quote! {
        #recall
        #extractions
        let __value = #call;
        #keep
        ::core::result::Result::Ok(__value)
    }
}
