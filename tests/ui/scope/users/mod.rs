//! The file of `mod users;`.

use server::get;

/// One user.
#[get("/:id")]
async fn show(id: u64) -> String {
    format!("user {id}")
}
