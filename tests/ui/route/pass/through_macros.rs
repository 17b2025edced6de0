#![deny(warnings)]
//! What is annotated may be written by a `macro_rules!` of the user's: names, patterns, types, bodies and literals that it was
//! given have its place, and the invisible delimiters that it puts around them.

use server::{Endpoint, HttpError, Next, Request, RequestId, Response, Routes, State, get, routes};

#[derive(server::State, Clone)]
struct App {
    count: u32,
}

macro_rules! handler {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:pat => $ty:ty),*) -> $output:ty $body:block) => {
        $(#[$meta])* $vis async fn $name($($arg: $ty),*) -> $output $body
    };
    (blocking $(#[$meta:meta])* fn $name:ident($($arg:ident: $ty:ty),*) -> $output:ty $body:block) => {
        $(#[$meta])* fn $name($($arg: $ty),*) -> $output $body
    };
    ($pattern:literal, $limit:literal, $layer:ident, $name:ident, $value:expr) => {
        #[server::route(GET | POST, $pattern, body_limit = $limit, with = [$layer], tag = $limit)]
        async fn $name(request: Request) -> String {
            let value = $value;
            format!("{value} {}", request.method())
        }
    };
}

handler! { #[get("/plain/:id")] fn plain(id => u8) -> String { format!("{id}") } }
handler! { #[get("/borrows/:id")] pub fn borrows(id => &str, n => State<u32>) -> String { format!("{id}{}", n.0) } }
handler! { #[get("/inside/:id")] fn inside(server::Parsed(id) => server::Parsed<u8>, mut reader => Reader) -> impl server::IntoResponse {
    reader.0 += id;
    std::future::ready(reader.0.to_string()).await
} }
handler! { blocking #[get("/blocks/:id/:more")] fn blocks(more: &str, id: u8) -> String { format!("{id}{more}") } }
handler!("/whole", "1KiB", pass, whole, {
    let __request = 1;
    let __state = 2;
    __request + __state
});

#[derive(Clone)]
struct Reader(u8);

#[server::middleware]
async fn pass(request: Request, next: Next<'_>) -> Response {
    next.run(request).await
}

macro_rules! layer {
    ($name:ident, $extracted:ty, $request:ident: $request_type:ty, $next:ident: $next_type:ty) => {
        #[server::middleware]
        async fn $name(_: $extracted, $request: $request_type, $next: $next_type) -> Response {
            $next.run($request).await
        }
    };
}

layer!(known, Reader, request: Request, next: Next<'_>);

macro_rules! extractor {
    ($name:ident($arg:ident: $ty:ty) -> $made:ty $body:block) => {
        #[server::extractor(cached)]
        async fn $name($arg: $ty) -> $made $body
    };
}

extractor!(reader(id: RequestId) -> Reader {
    let _ = id;
    Reader(1)
});

macro_rules! errors {
    ($name:ident, $uri:literal { $($variant:ident = $status:literal, $detail:literal;)* }) => {
        #[derive(HttpError, Debug)]
        enum $name {
            $(#[status($status)] #[detail($detail)] #[http_error(type = $uri)] $variant(#[member("id")] u8),)*
        }
    };
}

errors!(Refusal, "https://example.org/problems" { Missing = 404, "no {0}"; Taken = 409, "{0} is taken"; });

#[get("/refused/:id", with = [known])]
async fn refused(id: u8) -> Result<String, Refusal> {
    Err(if id > 1 { Refusal::Missing(id) } else { Refusal::Taken(id) })
}

macro_rules! table {
    ($name:ident, $state:ty, $prefix:literal, [$($handler:path),*]) => {
        const $name: Routes<$state> = routes![$prefix => [$($handler),*]];
    };
}

table!(ROUTES, App, "/prefix", [plain, borrows, inside, blocks, whole, self::refused]);

fn main() {
    let _ = (ROUTES, App { count: 1 }.count);
    assert_eq!(plain::url(7), "/plain/7");
    assert_eq!(whole::ROUTE.methods.len(), 2);
    assert_eq!(Refusal::Taken(7).to_string(), "7 is taken");
}
