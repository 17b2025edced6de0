//! What the macros wrote is the library's, and `::server` is the crate that is called so.

use fingerpost_renamed::{App, ROUTES, open};
use web::testing::Client;

#[web::test]
async fn every_macro_names_the_library_as_the_manifest_does() {
    let client = Client::with_state(ROUTES, App { greeting: "Hello," });
    let ask = |target: &str| client.get(target).header("authorization", "Bearer Ada");
    ask("/doors/3").await.assert_text("Hello, Ada").assert_header("x-marked", "yes");
    ask("/doors/8").await.assert_status(404).assert_contains("there is no door 8");
    ask(&ROUTES.url(open::any::url("back")).unwrap()).await.assert_text("back");
    ask("/elsewhere").await.assert_text("/users/7");
}
