//! What is out of date and still of use (RFC 5861).

use super::*;

const BOTH: &[(&str, &str)] =
    &[("cache-control", "max-age=60, stale-while-revalidate=30, stale-if-error=600"), ("etag", "\"v1\"")];

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_next_one() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "s-maxage=60, stale-while-revalidate=30")]);
    get(&client, "/item/1", &[]).await;
    origin.takes(Duration::from_secs(5));
    wait(65).await;
    // All are given what is there, and one call is made beside them.
    for _ in 0..3 {
        let response = get(&client, "/item/1", &[]).await;
        assert_eq!(
            (response.text(), response.header("age"), said(&response)),
            ("1", Some("65"), "hit; ttl=-5")
        );
    }
    wait(6).await;
    let response = get(&client, "/item/1", &[]).await;
    assert_eq!((response.text(), origin.calls(), cache.counts().stale), ("2", 2, 3));
    // Past that time who asks waits.
    wait(95).await;
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "3");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_leaves_what_is_there() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, BOTH);
    get(&client, "/item/1", &[]).await;
    wait(65).await;
    origin.panics.store(true, Ordering::SeqCst);
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "1");
    wait(1).await;
    origin.panics.store(false, Ordering::SeqCst);
    origin.answers(503, &[]);
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "1");
    wait(1).await;
    assert_eq!(origin.calls(), 3);
    origin.answers(200, BOTH);
    get(&client, "/item/1", &[]).await;
    wait(1).await;
    assert_eq!(
        said(&get(&client, "/item/1", &[]).await),
        "hit; ttl=59",
        "what is still right is fresh again"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_there_stands_in_for_an_error() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, BOTH);
    get(&client, "/item/1", &[]).await;
    wait(600).await;
    for error in [500, 502, 503, 504] {
        origin.answers(error, &[]);
        let response = get(&client, "/item/1", &[]).await;
        assert_eq!((response.status().as_u16(), response.text()), (200, "1"), "{error}");
        assert_eq!(
            said(&response),
            format!("fwd=stale; fwd-status={error}; detail=stale-if-error; ttl=-540")
        );
    }
    for other in [404, 501] {
        origin.answers(other, &[]);
        assert_eq!(get(&client, "/item/2", &[]).await.status(), other);
    }
    wait(60).await;
    origin.answers(503, &[]);
    assert_eq!(get(&client, "/item/1", &[]).await.status(), 503, "not for ever");
}

#[tokio::test(start_paused = true)]
async fn what_must_be_asked_about_stands_in_for_nothing() {
    for forbids in ["must-revalidate", "proxy-revalidate", "no-cache"] {
        let (client, origin, _) = cached(SharedCache::new());
        let line = format!("max-age=60, stale-while-revalidate=90, stale-if-error=90, {forbids}");
        origin.answers(200, &[("cache-control", &line), ("etag", "\"v1\"")]);
        get(&client, "/item/1", &[]).await;
        wait(61).await;
        origin.answers(503, &[]);
        assert_eq!(get(&client, "/item/1", &[]).await.status(), 503, "{forbids}");
    }
}
