//! Fewer bytes on the way.

use server::Routes;
// ANCHOR: compression
use server::layers::{Compression, CompressionLevel, Decompression};
use server::{get, post, routes};

const SMALLER: Compression =
    Compression::new().level(CompressionLevel::Fast).content_types(&["application/x-tar"]);
const AS_IT_IS: Compression = Compression::off();
const READABLE: Decompression = Decompression::new().max_ratio(50);

#[get("/list")]
async fn list() -> String {
    (1..=500).map(|number| format!("{number} green bottles\n")).collect()
}

/// What a page sends stands beside a secret: not to be compressed.
#[get("/search", with = [AS_IT_IS])]
async fn search() -> String {
    format!("token=1815&found={}\n", "nothing ".repeat(200))
}

#[post("/import", body_limit = "64MiB")]
async fn import(lines: String) -> String {
    format!("{} lines\n", lines.lines().count())
}

pub(crate) const ROUTES: Routes = routes!["/bottles" with [SMALLER, READABLE] => [list, search, import]];
// ANCHOR_END: compression

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn answers_get_smaller_where_the_client_takes_that() {
        let client = Client::new(ROUTES);
        let plain = client.get("/bottles/list").await;
        let coded = client.get("/bottles/list").header("accept-encoding", "gzip").await;
        assert_eq!(coded.header("content-encoding"), Some("gzip"));
        assert!(coded.bytes().len() * 4 < plain.bytes().len());
        assert_eq!(
            (plain.header("vary"), coded.header("vary")),
            (Some("accept-encoding"), Some("accept-encoding"))
        );
        let secret = client.get("/bottles/search").header("accept-encoding", "gzip").await;
        assert_eq!(
            (secret.header("content-encoding"), secret.header("cache-control")),
            (None, Some("no-transform"))
        );
    }

    #[server::test]
    async fn requests_are_read_in_their_codings() {
        let client = Client::new(ROUTES);
        let coded = client.get("/bottles/list").header("accept-encoding", "gzip").await.bytes().to_vec();
        let import = || client.post("/bottles/import").header("content-type", "text/plain");
        let read = import().header("content-encoding", "gzip").body(coded.clone()).await;
        assert_eq!(read.text(), "500 lines\n");
        let cut = import().header("content-encoding", "gzip").body(coded[..100].to_vec()).await;
        assert_eq!(cut.status(), 400);
        assert!(cut.text().contains("the content cannot be decoded: gzip: it ends too early"));
        let unknown = import().header("content-encoding", "compress").body(coded).await;
        assert_eq!(unknown.status(), 415);
        assert!(unknown.header("accept-encoding").is_some_and(|known| known.ends_with("gzip, deflate")));
    }
}
