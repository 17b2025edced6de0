//! What `--routes` prints: a line for each pattern of the table, in columns.
//!
//! ```text
//! GET         /users/:id  app::users::get_user     src/users.rs:12  with auth, log
//! POST        /files      app::files::create_file  src/files.rs:40  body_limit 100MiB; tag files
//! around all: SecurityHeaders, Csrf
//! ```

use std::fmt;

use super::{ListedRoute, Policy, Table};
use crate::config::{write_duration, write_size};

/// A table as text: methods, pattern, handler and place, and then what is special about the route.
pub(crate) struct Listing<'a> {
    pub(crate) table: &'static Table,
    /// Paths that are answered before the table, each with what answers it.
    pub(crate) paths: &'a [(String, &'static str)],
    /// The middleware around all of it, outermost first.
    pub(crate) around: &'a [&'static str],
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.paths.iter().map(|(path, name)| {
            ["GET".to_owned(), path.clone(), (*name).to_owned(), String::new(), String::new()]
        });
        let rows: Vec<_> = self.table.iter().map(|listed| columns(&listed)).chain(paths).collect();
        let mut widths = [0; COLUMNS];
        for row in &rows {
            for (width, column) in widths.iter_mut().zip(row) {
                *width = (*width).max(column.chars().count());
            }
        }
        for row in &rows {
            let padded = row.iter().zip(widths).map(|(column, width)| format!("{column:width$}"));
            writeln!(f, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        if !self.around.is_empty() {
            writeln!(f, "around all: {}", self.around.join(", "))?;
        }
        Ok(())
    }
}

const COLUMNS: usize = 5;

fn columns(listed: &ListedRoute) -> [String; COLUMNS] {
    let route = listed.route;
    [
        listed.methods().join("|"),
        listed.pattern.to_owned(),
        format!("{}::{}", route.module, route.name),
        format!("{}:{}", route.file, route.line),
        remarks(listed),
    ]
}

fn remarks(listed: &ListedRoute) -> String {
    let Policy { body_limit, timeout, on_disconnect, tag } = listed.route.policy;
    let with = (!listed.middleware.is_empty()).then(|| format!("with {}", listed.middleware.join(", ")));
    let remarks = [
        with,
        body_limit.map(|limit| format!("body_limit {}", write_size(limit))),
        timeout.map(|timeout| format!("timeout {}", write_duration(timeout))),
        on_disconnect.map(|choice| format!("on_disconnect {choice:?}").to_ascii_lowercase()),
        tag.map(|tag| format!("tag {tag}")),
    ];
    remarks.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
