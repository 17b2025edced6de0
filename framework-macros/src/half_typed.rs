//! While somebody types, an editor expands the macros at each stroke, and completes inside what they emit: so what is
//! typed comes through as it stands, however little of it there is.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

use crate::testing::tokens;
use crate::{entry, extractor, middleware, route};

type Door = fn(TokenStream, TokenStream) -> TokenStream;

const HANDLER: &str = "
    /// One user.
    pub(crate) async fn user(id: u64, users: State<Users>) -> Result<Json<User>, ApiError> {
        let user = users.find(id).filter(|user| user.active).ok_or(ApiError::NoSuchUser(id))?;
        Ok(Json(user))
    }";
const MIDDLEWARE: &str = "
    async fn log(label: State<Label>, request: Request, next: Next<'_>) -> Response {
        let response = next.run(request).await;
        tracing::info!(label = %label.0, status = %response.status());
        response
    }";
const MAIN: &str = "
    async fn main() -> server::Result {
        Server::new(ROUTES).state(App::open().await?).run().await
    }";
const ROUTE: &str = r#"GET | HEAD, "/users/:id", timeout = "5s", with = [auth, Limit(7)], state = App"#;

/// Bodies as they are left for a moment: what an editor is asked about stands at their ends.
const BODIES: &[&str] = &[
    "users.",
    "users.find(id).",
    "users.find(id).map(|user| user.)",
    "users::",
    "let user = ",
    "let user: ",
    "let user = users.find(id).await.; Ok(user)",
    "match users.find(id) { Some(user) => user., }",
    "if users.",
    "for user in ",
    "Ok(Json(User { id, name: }))",
    "&",
];

/// Signatures that lack what will be typed next; a type that is missing is for rustc to tell of.
const SIGNATURES: &[&str] = &[
    "async fn user",
    "async fn user(",
    "async fn user(id",
    "async fn user(id:",
    "async fn user(id: )",
    "async fn user(id: u64, users: State<>)",
    "async fn user(id: u64, users: State<Users>,)",
    "async fn user(id: u64) ->",
    "async fn user(id: u64) -> Result<",
    "async fn user(id: u64) -> server::",
    "async fn (id: u64)",
    "async user(id: u64)",
    "pub fn",
];

const DOORS: &[Door] = &[get, route::route, extractor::extractor, middleware::middleware];

fn get(args: TokenStream, item: TokenStream) -> TokenStream {
    route::shorthand("GET", args, item)
}

#[test]
fn a_function_comes_through_wherever_it_ends() {
    check(route::route, ROUTE, HANDLER);
    check(middleware::middleware, "state = App", MIDDLEWARE);
    check(extractor::extractor, "cached", HANDLER);
    check(entry::main, "", MAIN);
    check(entry::test, "", MAIN);
}

#[test]
fn a_body_comes_through_as_it_stands() {
    for body in BODIES {
        let body: TokenStream = body.parse().expect("every body here is made of tokens");
        for door in DOORS.iter().chain([&(entry::main as Door), &(entry::test as Door)]) {
            let arguments = quote!("/users");
            comes_through(*door, arguments, &quote!(async fn user() -> Html<String> { #body }));
        }
    }
}

#[test]
fn a_signature_comes_through_as_it_stands() {
    for signature in SIGNATURES {
        // An editor closes what is open.
        for close in ["", ")", ">", " {}", ") {}", "> {}"] {
            let Ok(typed) = format!("{signature}{close}").parse::<TokenStream>() else { continue };
            for door in DOORS {
                comes_through(*door, quote!("/users/:id"), &typed);
            }
        }
    }
}

/// A stream cut behind each of its tokens, in groups too, whose closing an editor has written.
fn cuts(whole: &TokenStream) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = whole.clone().into_iter().collect();
    let mut found = Vec::new();
    for (index, tree) in trees.iter().enumerate() {
        let before = &trees[..index];
        found.push(before.iter().cloned().collect());
        if let TokenTree::Group(group) = tree {
            found.extend(cuts(&group.stream()).into_iter().map(|inside| {
                let mut cut = Group::new(group.delimiter(), inside);
                cut.set_span(group.span());
                before.iter().cloned().chain([cut.into()]).collect()
            }));
        }
    }
    found.push(whole.clone());
    found
}

/// Expands each cut of the item, and of the arguments over the whole item.
#[track_caller]
fn check(door: Door, args: &str, item: &str) {
    let (args, item) = (tokens(args), tokens(item));
    for cut in cuts(&item) {
        comes_through(door, args.clone(), &cut);
    }
    for cut in cuts(&args) {
        comes_through(door, cut, &item);
    }
}

/// Whether the item is emitted, or, for what wraps a function, its body.
#[track_caller]
fn comes_through(door: Door, args: TokenStream, typed: &TokenStream) {
    // The brackets of no type parameters are a macro's: nobody sees them, and they say nothing.
    let written =
        |tokens: &dyn ToString| tokens.to_string().split_whitespace().collect::<String>().replace("<>(", "(");
    let expansion = written(&door(args.clone(), typed.clone()));
    let body = typed.clone().into_iter().last();
    let wraps = expansion.contains("block_on_");
    let expected = match body {
        Some(body) if wraps => written(&body),
        Some(_) | None => written(typed),
    };
    assert!(expansion.contains(&expected), "`#[({args})] {typed}` became `{expansion}`");
}
