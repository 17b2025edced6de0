//! What was said, in SQLite: the only place that knows SQL.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{FromRow, Row};
use tokio::sync::{Mutex, MutexGuard};

use crate::message::{RoomName, Said, Saying};

/// How many messages are told at a time.
const PAGE: i64 = 100;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        room   TEXT NOT NULL,
        number INTEGER NOT NULL,
        key    TEXT NOT NULL,
        author TEXT NOT NULL,
        text   TEXT NOT NULL,
        PRIMARY KEY (room, number),
        UNIQUE (room, key)
    ) WITHOUT ROWID";

/// The messages of all rooms; clones share its connections.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pool: SqlitePool,
    /// Held from a message's number to its way into the room: so each room hears in the order of the numbers.
    turn: Arc<Mutex<()>>,
}

impl History {
    /// Opens the database at `url`, and makes file and table where there are none.
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
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        sqlx::query(SCHEMA).execute(&pool).await?;
        Ok(Self { pool, turn: Arc::default() })
    }

    /// Waits for the turn to [`add`](Turn::add).
    pub(crate) async fn turn(&self) -> Turn<'_> {
        Turn { history: self, _turn: self.turn.lock().await }
    }

    /// What was said behind this number, and whether there is more than what is told at a time.
    pub(crate) async fn after(&self, room: &RoomName, number: i64) -> Result<(Vec<Said>, bool), sqlx::Error> {
        let mut messages: Vec<Said> = sqlx::query_as(
            "SELECT number, key, author, text FROM messages WHERE room = ? AND number > ? ORDER BY number LIMIT ?",
        )
        .bind(room.as_str())
        .bind(number)
        .bind(PAGE + 1)
        .fetch_all(&self.pool)
        .await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = messages.len() > page;
        messages.truncate(page);
        Ok((messages, more))
    }
}

/// The turn of one message.
pub(crate) struct Turn<'a> {
    history: &'a History,
    _turn: MutexGuard<'a, ()>,
}

impl Turn<'_> {
    /// Writes a message down, with the next number of its room; `None` where it was already.
    pub(crate) async fn add(&self, room: &RoomName, saying: &Saying) -> Result<Option<Said>, sqlx::Error> {
        sqlx::query_as(
            "INSERT INTO messages (room, number, key, author, text)
             SELECT ?1, COALESCE(MAX(number), 0) + 1, ?2, ?3, ?4 FROM messages WHERE room = ?1
             ON CONFLICT (room, key) DO NOTHING
             RETURNING number, key, author, text",
        )
        .bind(room.as_str())
        .bind(&saying.key)
        .bind(saying.author.trim())
        .bind(&saying.text)
        .fetch_optional(&self.history.pool)
        .await
    }
}

impl FromRow<'_, SqliteRow> for Said {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            key: row.try_get("key")?,
            author: row.try_get("author")?,
            text: row.try_get("text")?,
        })
    }
}
