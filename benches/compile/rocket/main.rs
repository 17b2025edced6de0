//! The routes, and the server.

mod model;
mod rRESOURCE;

use model::Things;
use rocket::{launch, routes};

#[launch]
fn rocket() -> _ {
    rocket::build().manage(Things::default()).mount("/", routes![
        rRESOURCE::list, rRESOURCE::show, rRESOURCE::create, rRESOURCE::update, rRESOURCE::remove,
    ])
}
