use server::get;

use std::rc::Rc;

#[get("/count")]
async fn count() -> &'static str {
    let count = Rc::new(1);
    pause().await;
    if *count == 1 { "one" } else { "many" }
}

async fn pause() {}

const ROUTES: server::Routes = server::routes![count];

fn main() {
    let _ = ROUTES;
}
