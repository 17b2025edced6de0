//! Five of the routes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::model::{NewThing, Thing, Things};

pub async fn list(State(things): State<Things>) -> Json<Vec<Thing>> {
    Json(things.all())
}

pub async fn show(Path(id): Path<u64>, State(things): State<Things>) -> Result<Json<Thing>, StatusCode> {
    things.find(id).map(Json).ok_or(StatusCode::NOT_FOUND)
}

pub async fn create(State(things): State<Things>, Json(new): Json<NewThing>) -> (StatusCode, Json<Thing>) {
    (StatusCode::CREATED, Json(things.put(TOUCH, new)))
}

pub async fn update(Path(id): Path<u64>, State(things): State<Things>, Json(new): Json<NewThing>) -> Json<Thing> {
    Json(things.put(id, new))
}

pub async fn remove(Path(id): Path<u64>, State(things): State<Things>) -> StatusCode {
    if things.remove(id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}
