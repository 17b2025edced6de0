//! Expansions of `#[route]`, kept in `snapshots/`, and what is told of several mistakes at once.

use quote::quote;

use super::*;
use crate::testing::{assert_expansion, pretty, tokens};

#[test]
fn shows_a_handler() {
    assert_expansion!(pretty(shorthand(
        "GET",
        quote!("/users/:id"),
        quote! {
            /// One user.
            async fn get_user(id: u64, users: State<Users>) -> Result<Json<User>, ApiError> {
                users.find(id).map(Json).ok_or(ApiError::NoSuchUser(id))
            }
        },
    )));
}

#[test]
fn shows_every_option() {
    assert_expansion!(pretty(route(
        quote!(
            GET | "PURGE",
            "/pages/*path",
            "/old/pages/*path",
            with = [auth, Timeout(5), LIMIT],
            body_limit = "1KiB",
            timeout = "5s",
            on_disconnect = finish,
            tag = "pages",
            state = App
        ),
        quote! {
            pub(crate) async fn page(session: Session, path: &str, _: Method) -> Html<String> {
                render(path)
            }
        },
    )));
}

#[test]
fn shows_a_plain_function_that_takes_the_body() {
    assert_expansion!(pretty(shorthand(
        "PUT",
        quote!("/files/:name"),
        quote! {
            fn store(Json(file): Json<File>, name: &str, method: Method) {
                std::fs::write(name, file)
            }
        },
    )));
}

#[test]
fn shows_a_handler_that_takes_the_request() {
    assert_expansion!(pretty(shorthand(
        "GET",
        quote!("/proxy/*rest"),
        quote! {
            async fn proxy(request: server::Request, upstream: State<Upstream>) -> Response {
                upstream.send(request).await
            }
        },
    )));
}

#[test]
fn shows_what_stands_in_for_a_mistaken_one() {
    assert_expansion!(pretty(shorthand(
        "GET",
        quote!("/users/{id}"),
        quote!(
            async fn get_user(id: u64) -> Json<User> {
                half
            }
        )
    )));
}

/// The messages of an expansion, in order.
fn messages(expansion: &TokenStream) -> Vec<String> {
    let text = expansion.to_string();
    let after = text.split("compile_error ! {").skip(1);
    after
        .filter_map(|rest| Some(syn::parse_str::<syn::LitStr>(rest.split('}').next()?.trim()).ok()?.value()))
        .collect()
}

#[track_caller]
fn check(args: TokenStream, item: TokenStream, expected: &[&str]) {
    let expansion = route(args, item);
    assert_eq!(messages(&expansion), expected, "{expansion}");
    assert!(expansion.to_string().contains("fn user"), "the function is emitted: {expansion}");
}

#[test]
fn tells_all_mistakes_at_once() {
    check(
        quote!(GTE, "users", timout = "5s", body_limit = "100", tag = "",),
        quote!(
            async unsafe fn user(id: u64) -> Json<User> {
                todo
            }
        ),
        &[
            "`timout` is no option of a route: did you mean `timeout`?",
            "unknown method `GTE`: did you mean `GET`?",
            "a pattern begins with a slash: write `\"/users\"`",
            "`\"100\"` has no unit (B, KiB, MiB, GiB, KB, MB, GB): write `\"100MiB\"`",
            "a tag is a text: write `tag = \"users\"`, or leave it out",
            "a client calls a handler with anything it likes, so it cannot be `unsafe`: remove the word",
        ],
    );
}

#[test]
fn tells_each_argument() {
    check(
        quote!(GET, "/:org/:id/:page"),
        quote!(
            async fn user(id: Option<u64>, session: &Session, count: impl Sized, pag: u32) {}
        ),
        &[
            "no argument takes the pattern's `:page`: did you mean `page` by `pag`?",
            "the pattern's `:org` is taken by no argument: add `org: u64` (or `_org: &str` to ignore it)",
            "`:id` always has a text where the pattern matches: write `id: u64`, and another function for the path \
             without it",
            "an extractor gives a value, not a reference: write `Session`; or name the argument like a `:param` of \
             the pattern",
            "an argument's type is named: write it in place of `impl ...`",
        ],
    );
}

#[test]
fn tells_what_no_argument_can_hold() {
    check(
        quote!(POST, "/:name/:id"),
        quote!(
            async fn user(
                name: &'static str,
                id: str,
                data: &[u8],
                rest: [u16],
                text: Json<Vec<&str>>,
                user: U<'a>,
            ) {
            }
        ),
        &[
            "the text is gone with its request: write `name: &str`, or `name: String`",
            "a value of no fixed size can be no argument: write `id: &str`, or `id: String`",
            "an extractor gives a value, not a reference: write `Bytes`; or name the argument like a `:param` of the \
             pattern",
            "a value of no fixed size can be no argument: write `Vec<u16>`",
            "an extractor's value borrows nothing: write `String` for `&str`, say",
            "an extractor's value borrows nothing: take a type without a lifetime",
        ],
    );
    check(
        quote!(POST, "/"),
        quote!(
            async fn user(name: _) {}
        ),
        &[],
    );
    check(
        quote!(GET, "/:org/*rest"),
        quote!(
            async fn user(rest: PathBuf, all: Valid<Path<(u64, u64, u64)>>, one: Path<u64>) {}
        ),
        &[
            "a client's path may lead anywhere: serve a folder with `StaticFiles`, or take `rest: &str` as a text",
            "the pattern has 2, and this takes 3: write a type for each `:param`",
            "the pattern has 2, and this takes 1: write a type for each `:param`",
        ],
    );
    check(
        quote!(GET, "/"),
        quote!(
            async fn user(all: Path<Ids>) {}
        ),
        &["the pattern has no parameter to take: add `:id` to it, or leave this argument out"],
    );
    check(
        quote!(POST, "/"),
        quote!(
            fn user() -> Pin<Box<dyn Future<Output = String> + Send>> {}
        ),
        &["a handler that waits is an `async fn`: write `async fn user`, and what the future gives here"],
    );
}

#[test]
fn tells_what_other_frameworks_write() {
    let item = || {
        quote!(
            async fn user() {}
        )
    };
    let check = |args: TokenStream, message: &str| check(args, item(), &[message]);
    check(quote!("/x", GET), "the method comes first: write `#[route(GET, \"/x\")]`");
    check(quote!("/x"), "the method is missing: write `#[route(GET, \"/x\")]`");
    check(quote!(Method::GET, "/x"), "a method is written by its name alone: write `GET`, say");
    check(quote!(GET "/x"), "a comma stands behind the method: write `GET, \"/...\"`");
    check(quote!(GET, 'x'), "a pattern is a text in double quotes: write `\"/...\"`");
    check(
        quote!(GET, USERS),
        "a pattern is a text in quotes, as no macro sees what a name stands for: write `#[route(GET, \"/...\")]`",
    );
    check(
        quote!(GET, path = "/x"),
        "`path` is no option of a route: write the pattern alone, as in `\"/users\"`",
    );
    check(
        quote!(GET, "/x", middleware = [log]),
        "`middleware` is no option of a route: write `with = [auth]`",
    );
    check(quote!(GET, "/x", with = ["log"]), "middleware is named without quotes: write `log`");
}

#[test]
fn lets_path_and_request_take_the_params() {
    for item in [
        quote!(
            async fn user(Path((org, id)): Path<(u32, u32)>) {}
        ),
        quote!(
            async fn user(path: server::Path<Ids>) {}
        ),
        quote!(
            async fn user(ids: Valid<Path<Ids>>, all: Result<Option<Path<Ids>>, PathRejection>) {}
        ),
        quote!(
            async fn user(request: Request) {}
        ),
        quote!(
            async fn user(_id: &str, r#org: u64) {}
        ),
        quote!(
            async fn user(Parsed(id): Parsed<Uuid>, mut org: String) {}
        ),
    ] {
        check(quote!(GET, "/:org/:id"), item, &[]);
    }
}

#[test]
fn passes_a_broken_body_through() {
    let expansion = route(quote!(GET, "/"), tokens("async fn user() { let = ; 7 .. . }"));
    assert!(expansion.to_string().contains("let = ; 7 .. ."), "{expansion}");
    assert_eq!(messages(&expansion), Vec::<String>::new());
}

#[test]
fn says_nothing_where_a_scope_has_spoken() {
    check(
        quote!(GET, "no slash", __silent = true),
        quote!(
            async fn user() {}
        ),
        &[],
    );
}

#[test]
fn allows_an_async_that_waits_for_nothing() {
    for (handler, allowed) in [
        (
            quote!(
                async fn f() {}
            ),
            true,
        ),
        (
            quote!(
                async fn f() {
                    g().await
                }
            ),
            false,
        ),
        (
            quote!(
                fn f() {}
            ),
            false,
        ),
    ] {
        let expanded = shorthand("GET", quote!("/"), handler.clone()).to_string();
        assert_eq!(expanded.starts_with("# [allow (clippy :: unused_async)]"), allowed, "{handler}");
    }
}
