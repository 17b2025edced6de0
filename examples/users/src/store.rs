//! Users in SQLite: the only place that knows SQL.

use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{FromRow, Row};

use crate::error::{ApiError, Result};
use crate::page::Page;
use crate::profile::Profile;

/// A user as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct User {
    /// Given by the database, from 1 on, and never used again.
    pub(crate) id: i64,
    /// How the user wants to be called.
    pub(crate) name: String,
    /// Where the user is written to; no two users share one.
    pub(crate) email: String,
}

/// The table of users; clones share its connections.
#[derive(Clone, Debug)]
pub(crate) struct Users {
    pool: SqlitePool,
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS users (
        id    INTEGER PRIMARY KEY AUTOINCREMENT,
        name  TEXT NOT NULL,
        email TEXT NOT NULL UNIQUE COLLATE NOCASE
    )";

impl Users {
    /// Opens the database at `url`, `sqlite:users.db` say or `sqlite::memory:`, and makes file and table where there
    /// are none.
    ///
    /// # Errors
    ///
    /// Where the URL or the file cannot be read as a database.
    pub(crate) async fn open(url: &str) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(5));
        // A database in memory lives as long as its one connection.
        let connections = if url.contains(":memory:") { 1 } else { 8 };
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        sqlx::query(SCHEMA).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// The users of one page, in the order of their ids.
    ///
    /// # Errors
    ///
    /// [`ApiError::Store`] where the database fails; so do all the functions below.
    pub(crate) async fn list(&self, page: Page) -> Result<Vec<User>> {
        let users = sqlx::query_as("SELECT id, name, email FROM users ORDER BY id LIMIT ? OFFSET ?")
            .bind(page.per_page.0)
            .bind(page.offset())
            .fetch_all(&self.pool)
            .await?;
        Ok(users)
    }

    /// How many users there are.
    pub(crate) async fn count(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&self.pool).await?)
    }

    /// The user with this id, or [`ApiError::NoSuchUser`].
    pub(crate) async fn find(&self, id: i64) -> Result<User> {
        let user = sqlx::query_as("SELECT id, name, email FROM users WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        user.ok_or(ApiError::NoSuchUser { id })
    }

    /// Adds a user, or refuses an address that another user has with [`ApiError::EmailTaken`].
    pub(crate) async fn create(&self, profile: &Profile) -> Result<User> {
        sqlx::query_as("INSERT INTO users (name, email) VALUES (?, ?) RETURNING id, name, email")
            .bind(&profile.name)
            .bind(&profile.email)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| refusal(error, profile))
    }

    /// Replaces a user's profile; refuses like [`Users::find`] and [`Users::create`].
    pub(crate) async fn update(&self, id: i64, profile: &Profile) -> Result<User> {
        let user =
            sqlx::query_as("UPDATE users SET name = ?, email = ? WHERE id = ? RETURNING id, name, email")
                .bind(&profile.name)
                .bind(&profile.email)
                .bind(id)
                .fetch_optional(&self.pool)
                .await
                .map_err(|error| refusal(error, profile))?;
        user.ok_or(ApiError::NoSuchUser { id })
    }

    /// Removes a user, or answers [`ApiError::NoSuchUser`].
    pub(crate) async fn delete(&self, id: i64) -> Result<()> {
        let done = sqlx::query("DELETE FROM users WHERE id = ?").bind(id).execute(&self.pool).await?;
        if done.rows_affected() == 0 { Err(ApiError::NoSuchUser { id }) } else { Ok(()) }
    }
}

impl FromRow<'_, SqliteRow> for User {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self { id: row.try_get("id")?, name: row.try_get("name")?, email: row.try_get("email")? })
    }
}

/// What a failed write means: the address belongs to another user, or the database is at fault.
fn refusal(error: sqlx::Error, profile: &Profile) -> ApiError {
    match error.as_database_error() {
        Some(cause) if cause.is_unique_violation() => ApiError::EmailTaken { email: profile.email.clone() },
        Some(_) | None => ApiError::Store(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, email: &str) -> Profile {
        Profile { name: name.to_owned(), email: email.to_owned() }
    }

    #[server::test]
    async fn refuses_an_address_twice_in_any_case() -> server::Result {
        let users = Users::open("sqlite::memory:").await?;
        let ada = users.create(&profile("Ada", "ada@example.org")).await?;
        let bob = users.create(&profile("Bob", "bob@example.org")).await?;
        let taken = users.create(&profile("Eve", "ADA@example.org")).await;
        assert!(matches!(taken, Err(ApiError::EmailTaken { .. })), "{taken:?}");
        let taken = users.update(bob.id, &profile("Bob", "ada@example.org")).await;
        assert!(matches!(taken, Err(ApiError::EmailTaken { .. })), "{taken:?}");
        let kept = users.update(ada.id, &profile("Ada L.", "ada@example.org")).await?;
        assert_eq!(kept, User { id: ada.id, name: "Ada L.".to_owned(), email: "ada@example.org".to_owned() });
        Ok(())
    }

    #[server::test]
    async fn does_not_give_an_id_twice() -> server::Result {
        let users = Users::open("sqlite::memory:").await?;
        let ada = users.create(&profile("Ada", "ada@example.org")).await?;
        users.delete(ada.id).await?;
        assert!(matches!(users.delete(ada.id).await, Err(ApiError::NoSuchUser { id: 1 })));
        let again = users.create(&profile("Ada", "ada@example.org")).await?;
        assert_eq!((ada.id, again.id), (1, 2));
        Ok(())
    }
}
