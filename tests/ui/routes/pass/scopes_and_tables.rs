use server::{Middleware, Next, Request, Response, Routes, get, post, routes};

pub struct App;

#[get("/")]
async fn index() -> &'static str {
    "index"
}

mod users {
    use server::{Routes, get, routes};

    #[get("/users/:id")]
    pub async fn get_user(id: u64) -> String {
        id.to_string()
    }

    pub const ROUTES: Routes<super::App> = routes![get_user];
}

#[post("/with")]
async fn with() {}

#[get("/raw")]
async fn r#match() {}

struct Named(&'static str);

impl<S: Sync> Middleware<S> for Named {
    async fn call(&self, request: Request, _: &S, next: Next<'_>) -> Response {
        next.run(request).await.header("x-named", self.0)
    }
}

const LOG: Named = Named("log");
static AUTH: Named = Named("auth");

const ROUTES: Routes<App> = routes![
    index,
    with,
    r#match,
    users::get_user,
    "/a" => [],
    "/b" => [crate::users::get_user, index, "/c" with [LOG, AUTH] => [index, with [Named("inner")] => [self::with]]],
    "/d" with [] => users::ROUTES,
    with [LOG] => ["/e" => [..users::ROUTES,],],
    "/caf\u{e9}" => [index],
];

fn main() {
    let patterns: Vec<_> = ROUTES.iter().map(|route| route.pattern).collect();
    let expected =
        ["/", "/with", "/raw", "/users/:id", "/b/users/:id", "/b", "/b/c", "/b/c/with", "/d/users/:id", "/e/users/:id", "/caf\u{e9}"];
    assert_eq!(patterns, expected);
    // A table that no constant holds, with a state that only its use tells.
    let local = routes![index];
    takes(local);
    takes(routes![]);
}

fn takes(_: Routes<App>) {}
