//! Users over SQLite: create, read, list, update and delete.

mod error;
mod page;
mod profile;
mod store;
mod timing;

use serde::Serialize;
use server::{Created, Json, NoContent, Query, Routes, Server, State, Valid, delete, get, post, put, routes};

use error::Result;
use page::Page;
use profile::Profile;
use store::{User, Users};
use timing::server_timing;

// ANCHOR: routes
const ROUTES: Routes<App> = routes![
    with [server_timing] => [list_users, get_user, create_user, update_user, delete_user],
];
// ANCHOR_END: routes

// ANCHOR: main
#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).state(App::open().await?).run().await
}
// ANCHOR_END: main

// ANCHOR: state
/// What the handlers share.
#[derive(server::State, Clone)]
struct App {
    users: Users,
}

impl App {
    /// Opens the database that `USERS_DATABASE` names, one in memory where it names none.
    async fn open() -> Result<Self, sqlx::Error> {
        let url = std::env::var("USERS_DATABASE").unwrap_or_else(|_| "sqlite::memory:".to_owned());
        Ok(Self { users: Users::open(&url).await? })
    }
}
// ANCHOR_END: state

/// A page of users, and how many there are on all pages.
#[derive(Serialize)]
struct Listing {
    #[serde(flatten)]
    page: Page,
    total: i64,
    users: Vec<User>,
}

/// Lists users, a page at a time.
#[get("/users")]
async fn list_users(page: Query<Page>, users: State<Users>) -> Result<Json<Listing>> {
    Ok(Json(Listing { page: page.0, total: users.count().await?, users: users.list(page.0).await? }))
}

// ANCHOR: get
/// One user.
#[get("/users/:id")]
async fn get_user(id: i64, users: State<Users>) -> Result<Json<User>> {
    users.find(id).await.map(Json)
}
// ANCHOR_END: get

// ANCHOR: create
/// Adds a user and says where it is.
#[post("/users")]
async fn create_user(profile: Valid<Json<Profile>>, users: State<Users>) -> Result<Created<Json<User>>> {
    users.create(&profile).await.map(|user| Created::at(get_user::url(user.id), Json(user)))
}
// ANCHOR_END: create

/// Replaces what is known of a user.
#[put("/users/:id")]
async fn update_user(id: i64, profile: Valid<Json<Profile>>, users: State<Users>) -> Result<Json<User>> {
    users.update(id, &profile).await.map(Json)
}

/// Removes a user.
#[delete("/users/:id")]
async fn delete_user(id: i64, users: State<Users>) -> Result<NoContent> {
    users.delete(id).await.map(|()| NoContent)
}

// ANCHOR: tests
#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use server::testing::Client;

    use super::*;

    /// A client of a server with an empty database.
    async fn client() -> server::Result<Client> {
        let users = Users::open("sqlite::memory:").await?;
        Ok(Client::with_state(ROUTES, App { users }))
    }

    #[server::test]
    async fn finds_what_was_created() -> server::Result {
        let client = client().await?;
        let ada = json!({ "name": "Ada", "email": "ada@example.org" });
        let created = client.post("/users").json(&ada).await;
        assert_eq!(created.status(), 201);
        assert_eq!(created.header("location"), Some("/users/1"));
        let found = client.get("/users/1").await;
        assert_eq!(found.json::<Value>(), json!({ "id": 1, "name": "Ada", "email": "ada@example.org" }));
        Ok(())
    }

    #[server::test]
    async fn names_the_user_that_is_not_there() -> server::Result {
        let missing = client().await?.get("/users/7").await;
        assert_eq!(missing.status(), 404);
        assert_eq!(missing.json::<Value>()["detail"], "there is no user 7");
        Ok(())
    }
}
// ANCHOR_END: tests
