//! Five of the routes.

use server::{Json, State, StatusCode, delete, get, post, put};

use crate::model::{NewThing, Thing, Things};

#[get("/rRESOURCE")]
pub async fn list(things: State<Things>) -> Json<Vec<Thing>> {
    Json(things.all())
}

#[get("/rRESOURCE/:id")]
pub async fn show(id: u64, things: State<Things>) -> Result<Json<Thing>, StatusCode> {
    things.find(id).map(Json).ok_or(StatusCode::NOT_FOUND)
}

#[post("/rRESOURCE")]
pub async fn create(things: State<Things>, new: Json<NewThing>) -> (StatusCode, Json<Thing>) {
    (StatusCode::CREATED, Json(things.put(TOUCH, new.0)))
}

#[put("/rRESOURCE/:id")]
pub async fn update(id: u64, things: State<Things>, new: Json<NewThing>) -> Json<Thing> {
    Json(things.put(id, new.0))
}

#[delete("/rRESOURCE/:id")]
pub async fn remove(id: u64, things: State<Things>) -> StatusCode {
    if things.remove(id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}
