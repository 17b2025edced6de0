//! The arguments of `#[scope]`, and the module under it as far as it has to be understood.
//!
//! What stands in the module is kept as tokens: only attributes in front of a function or a module are looked at, so
//! that a half-typed item is rustc's to tell of, and by itself.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Expr, LitStr, Token, Type, Visibility};

use crate::errors::Errors;
use crate::exprs;
use crate::nearest::nearest;

/// What stands between the parentheses of `#[scope(…)]`.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) prefix: Option<LitStr>,
    pub(crate) state: Option<Type>,
    pub(crate) with: Vec<Expr>,
    /// The prefix of the scope around this one, which writes it here.
    pub(crate) outer_prefix: Option<LitStr>,
    /// The scope around this one has reported a mistake.
    pub(crate) silent: bool,
}

/// An inline module.
pub(crate) struct Module {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) mod_token: Token![mod],
    pub(crate) ident: Ident,
    pub(crate) braces: Group,
}

const NAMES: &[&str] = &["prefix", "state", "with"];

/// Parses the options; notes what is wrong and goes on behind the next comma.
pub(crate) fn options(args: TokenStream, errors: &mut Errors) -> Options {
    let parser = |input: ParseStream<'_>| {
        let mut options = Options::default();
        while !input.is_empty() {
            if let Err(error) = option(input, &mut options) {
                errors.push(error);
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    };
    parser.parse2(args).unwrap_or_else(|error| {
        errors.push(error);
        Options::default()
    })
}

fn option(input: ParseStream<'_>, options: &mut Options) -> syn::Result<()> {
    if let Ok(literal) = input.fork().parse::<LitStr>() {
        let message = format!("the prefix has a name: write `prefix = {:?}`", literal.value());
        return Err(syn::Error::new(literal.span(), message));
    }
    let key = input.call(Ident::parse_any).map_err(|error| {
        syn::Error::new(
            error.span(),
            "expected an option: `prefix = \"/users\"`, `state = App` or `with = [auth]`",
        )
    })?;
    let name = key.to_string();
    let known = NAMES.contains(&name.as_str()) || matches!(name.as_str(), "__prefix" | "__silent");
    if !known {
        let message = match nearest(&name, NAMES.iter().copied()) {
            Some(meant) => format!("`{name}` is no option of a scope: did you mean `{meant}`?"),
            None => format!("`{name}` is no option of a scope: the options are `prefix`, `state`, `with`"),
        };
        return Err(syn::Error::new(key.span(), message));
    }
    if !input.peek(Token![=]) {
        let message =
            format!("the option `{name}` has no value: write `#[server::scope(prefix = \"/users\")]`");
        return Err(syn::Error::new(key.span(), message));
    }
    input.parse::<Token![=]>()?;
    let twice = match name.as_str() {
        "prefix" => options.prefix.replace(input.parse()?).is_some(),
        "state" => options.state.replace(input.parse()?).is_some(),
        "with" => !std::mem::replace(&mut options.with, list(input)?).is_empty(),
        "__prefix" => options.outer_prefix.replace(input.parse()?).is_some(),
        _ => std::mem::replace(&mut options.silent, input.parse::<syn::LitBool>()?.value()),
    };
    let message = format!("`{name}` is given twice: leave one out");
    if twice { Err(syn::Error::new(key.span(), message)) } else { Ok(()) }
}

fn list(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    if !input.peek(syn::token::Bracket) {
        return Err(input.error("middleware stands in brackets: write `with = [auth]`"));
    }
    exprs::list(input)
}

impl Parse for Module {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !input.peek(Token![mod]) {
            return Err(input.error(
                "a scope is a module with its content in place: write `#[server::scope(...)] mod users { ... }`",
            ));
        }
        let mod_token: Token![mod] = input.parse()?;
        let ident = input.parse::<Ident>()?;
        if input.peek(Token![;]) {
            return Err(syn::Error::new(
                ident.span(),
                format!(
                    "a macro cannot see into the file of `{ident}`: in the file, write `pub const ROUTES: Routes<App> = \
                     routes![...]`, and list it as `\"/prefix\" => {ident}::ROUTES`"
                ),
            ));
        }
        match input.parse::<TokenTree>()? {
            TokenTree::Group(braces) if braces.delimiter() == Delimiter::Brace => {
                Ok(Self { attrs, vis, mod_token, ident, braces })
            }
            other => Err(syn::Error::new(other.span(), "expected the module's content in braces")),
        }
    }
}
