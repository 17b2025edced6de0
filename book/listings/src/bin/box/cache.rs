//! Answers kept.

use server::Routes;
// ANCHOR: cache
use std::time::Duration;

use server::layers::SharedCache;
use server::{Cache, ETag, get, post, routes};

static CACHE: SharedCache = SharedCache::new().max_bytes(256 * 1024 * 1024).max_object(4 * 1024 * 1024);

#[get("/articles/:id", tag = "articles")]
async fn article(id: u64) -> (Cache, ETag, String) {
    let minute = Duration::from_secs(60);
    (Cache::public(minute).stale_while_revalidate(10 * minute), ETag::strong(id), format!("article {id}\n"))
}

#[post("/articles/:id/comments")]
async fn comment(id: u64, text: String) -> String {
    CACHE.purge(&article::url(id));
    format!("{} bytes for article {id}\n", text.len())
}

#[post("/articles/rename")]
async fn rename() -> String {
    format!("{} answers forgotten\n", CACHE.purge_tag("articles"))
}

pub(crate) const ROUTES: Routes = routes![with [CACHE] => [article, comment, rename]];
// ANCHOR_END: cache

#[cfg(test)]
mod tests {
    use server::testing::Client;

    use super::*;

    #[server::test]
    async fn what_is_kept_is_given_again_until_it_is_purged() {
        let client = Client::new(ROUTES);
        let first = client.get("/articles/1815").await;
        assert_eq!(first.header("cache-status"), Some("fingerpost; fwd=uri-miss; fwd-status=200; stored"));
        let second = client.get("/articles/1815").await;
        assert_eq!(second.header("cache-status"), Some("fingerpost; hit; ttl=60"));
        assert_eq!((second.text(), second.header("age")), ("article 1815\n", Some("0")));
        let known = client.get("/articles/1815").header("if-none-match", "\"1815\"").await;
        assert_eq!(known.status(), 304);
        client.post("/articles/1815/comments").header("content-type", "text/plain").body("first").await;
        let third = client.get("/articles/1815").await;
        assert_eq!(third.header("cache-status"), Some("fingerpost; fwd=uri-miss; fwd-status=200; stored"));
        assert_eq!(client.post("/articles/rename").await.text(), "1 answers forgotten\n");
    }
}
