//! The services, and the server.

mod model;
mod rRESOURCE;

use actix_web::{App, HttpServer, web};
use model::Things;

fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(rRESOURCE::list).service(rRESOURCE::show).service(rRESOURCE::create).service(rRESOURCE::update).service(rRESOURCE::remove);
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let things = web::Data::new(Things::default());
    let app = move || App::new().app_data(things.clone()).configure(routes);
    HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await
}
