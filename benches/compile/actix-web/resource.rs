//! Five of the routes.

use actix_web::{HttpResponse, Responder, delete, error, get, post, put, web};

use crate::model::{NewThing, Thing, Things};

#[get("/rRESOURCE")]
pub async fn list(things: web::Data<Things>) -> web::Json<Vec<Thing>> {
    web::Json(things.all())
}

#[get("/rRESOURCE/{id}")]
pub async fn show(id: web::Path<u64>, things: web::Data<Things>) -> actix_web::Result<web::Json<Thing>> {
    things.find(*id).map(web::Json).ok_or_else(|| error::ErrorNotFound("none"))
}

#[post("/rRESOURCE")]
pub async fn create(things: web::Data<Things>, new: web::Json<NewThing>) -> impl Responder {
    HttpResponse::Created().json(things.put(TOUCH, new.into_inner()))
}

#[put("/rRESOURCE/{id}")]
pub async fn update(id: web::Path<u64>, things: web::Data<Things>, new: web::Json<NewThing>) -> web::Json<Thing> {
    web::Json(things.put(*id, new.into_inner()))
}

#[delete("/rRESOURCE/{id}")]
pub async fn remove(id: web::Path<u64>, things: web::Data<Things>) -> HttpResponse {
    if things.remove(*id) { HttpResponse::NoContent().finish() } else { HttpResponse::NotFound().finish() }
}
