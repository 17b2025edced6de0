//! The macro that puts files into the program.

/// Puts the files of a folder into the program: the expression is an [`Embedded`](crate::Embedded), to be mounted.
///
/// The folder is named from the package's own, where its `Cargo.toml` lies. Names that begin with a dot are left out, but
/// for `.well-known`. Of each file the program holds the bytes, a tag made of them, and, where that saves a tenth, the same
/// in brotli and in gzip: the smallest that can be in a release build, made fast in others. A program whose compressing
/// takes long has `[profile.release.build-override] opt-level = 3`.
///
/// When a file changes, the program is built anew; when one is added or removed, only with
/// `println!("cargo:rerun-if-changed=public")` in a build script.
///
/// Needs the feature `embed`.
///
/// ```
/// use server::testing::Client;
/// use server::{Server, routes};
///
/// # #[server::main]
/// # async fn main() {
/// // Here the folder is this library's own source.
/// let server = Server::new(routes![]).mount("/source", server::embed!("src/handlers"));
/// let response = Client::from(server).get("/source/mod.rs").await;
/// assert!(response.text().contains("mod embedded;") && response.header("etag").is_some());
/// # }
/// ```
pub use fingerpost_macros::embed;
