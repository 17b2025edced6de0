//! Five of the routes.

use rocket::State;
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::response::status::Custom;
use rocket::{delete, get, post, put};

use crate::model::{NewThing, Thing, Things};

#[get("/rRESOURCE")]
pub async fn list(things: &State<Things>) -> Json<Vec<Thing>> {
    Json(things.all())
}

#[get("/rRESOURCE/<id>")]
pub async fn show(id: u64, things: &State<Things>) -> Result<Json<Thing>, Status> {
    things.find(id).map(Json).ok_or(Status::NotFound)
}

#[post("/rRESOURCE", data = "<new>")]
pub async fn create(things: &State<Things>, new: Json<NewThing>) -> Custom<Json<Thing>> {
    Custom(Status::Created, Json(things.put(TOUCH, new.into_inner())))
}

#[put("/rRESOURCE/<id>", data = "<new>")]
pub async fn update(id: u64, things: &State<Things>, new: Json<NewThing>) -> Json<Thing> {
    Json(things.put(id, new.into_inner()))
}

#[delete("/rRESOURCE/<id>")]
pub async fn remove(id: u64, things: &State<Things>) -> Status {
    if things.remove(id) { Status::NoContent } else { Status::NotFound }
}
