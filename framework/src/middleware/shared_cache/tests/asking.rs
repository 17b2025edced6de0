//! What clients say they take (RFC 9111 §5.2.1), and how it is asked whether what is kept is still right (§4.3).

use super::*;

#[tokio::test(start_paused = true)]
async fn a_client_is_given_what_it_takes() {
    // Kept for a minute, of which 40 seconds have passed.
    let rows = [
        ("max-age=40", "1"),
        ("max-age=39", "2"),
        ("max-age=0", "2"),
        ("min-fresh=20", "1"),
        ("min-fresh=21", "2"),
        ("no-cache", "2"),
        ("max-stale=5", "1"),
        ("only-if-cached", "1"),
    ];
    for (line, expected) in rows {
        let (client, _, _) = cached(SharedCache::new());
        get(&client, "/item/1", &[]).await;
        wait(40).await;
        assert_eq!(get(&client, "/item/1", &[("cache-control", line)]).await.text(), expected, "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_out_of_date_is_given_to_who_takes_it_and_where_nothing_forbids_it() {
    let rows = [
        ("max-age=60", "max-stale", "1"),
        ("max-age=60", "max-stale=10", "1"),
        ("max-age=60", "max-stale=9", "2"),
        ("max-age=60", "max-stale, max-age=69", "2"),
        ("max-age=60", "", "2"),
        ("max-age=60, must-revalidate", "max-stale", "2"),
        ("max-age=60, proxy-revalidate", "max-stale", "2"),
        ("s-maxage=60", "max-stale", "2"),
    ];
    for (answer, line, expected) in rows {
        let (client, origin, _) = cached(SharedCache::new());
        origin.answers(200, &[("cache-control", answer), ("etag", "\"a\"")]);
        get(&client, "/item/1", &[]).await;
        origin.answers(200, &[("cache-control", answer), ("etag", "\"b\"")]);
        wait(70).await;
        let response = get(&client, "/item/1", &[("cache-control", line)]).await;
        assert_eq!(response.text(), expected, "{answer} / {line}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_wants_only_what_is_kept_is_told_that_nothing_is() {
    let (client, origin, _) = cached(SharedCache::new());
    let response = get(&client, "/item/1", &[("cache-control", "only-if-cached")]).await;
    assert_eq!((response.status().as_u16(), said(&response)), (504, "detail=only-if-cached"));
    assert_eq!(origin.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn clients_need_not_be_heeded() {
    let (client, origin, _) = cached(SharedCache::new().ignore_clients().named("edge-1"));
    for line in ["max-age=0", "no-cache", "min-fresh=90", "max-age=60"] {
        get(&client, "/item/1", &[("cache-control", line)]).await;
    }
    assert_eq!(origin.calls(), 1);
    let response = get(&client, "/item/2", &[("cache-control", "no-store, only-if-cached")]).await;
    assert_eq!(response.header("cache-status"), Some("edge-1; fwd=uri-miss; fwd-status=200"));
    get(&client, "/item/2", &[]).await;
    assert_eq!(origin.calls(), 3, "what is not to be kept is not");
}

#[tokio::test(start_paused = true)]
async fn what_is_still_right_is_fresh_again() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "max-age=60"), ("etag", "\"v1\""), ("x-a", "old")]);
    get(&client, "/item/1", &[]).await;
    wait(70).await;
    origin.answers(
        200,
        &[("cache-control", "max-age=90"), ("etag", "\"v1\""), ("x-a", "new"), ("content-type", "a/b")],
    );
    // The client's own condition is about its own copy.
    let response = get(&client, "/item/1", &[("if-none-match", "\"v0\"")]).await;
    assert_eq!(*origin.conditions.lock().unwrap(), ["if-none-match: \"v1\""]);
    assert_eq!((response.status().as_u16(), response.text()), (200, "1"));
    assert_eq!(said(&response), "fwd=stale; fwd-status=304; stored; ttl=90");
    wait(80).await;
    let kept = get(&client, "/item/1", &[]).await;
    let found = (kept.text(), kept.header("age"), kept.header("x-a"), kept.header("content-type"));
    assert_eq!(found, ("1", Some("80"), Some("new"), Some("text/plain; charset=utf-8")));
    let counts = cache.counts();
    assert_eq!((origin.calls(), counts.revalidated, counts.forwarded, counts.hits), (2, 1, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn what_says_no_cache_is_asked_about_each_time() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "no-cache"), ("etag", "\"v1\"")]);
    for call in 1..4 {
        assert_eq!(get(&client, "/item/1", &[]).await.text(), "1");
        assert_eq!(origin.calls(), call);
    }
    origin.answers(200, &[("cache-control", "no-cache"), ("etag", "\"v2\"")]);
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "4");
}

#[tokio::test(start_paused = true)]
async fn what_is_for_one_alone_now_takes_the_place_of_nothing() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "max-age=60"), ("etag", "\"v1\"")]);
    get(&client, "/item/1", &[]).await;
    wait(70).await;
    origin.answers(200, &[("cache-control", "private, max-age=60")]);
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "2");
    assert_eq!(cache.counts().entries, 0);
}

#[tokio::test(start_paused = true)]
async fn a_304_of_something_else_is_not_believed() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "max-age=60"), ("etag", "\"v1\"")]);
    get(&client, "/item/1", &[]).await;
    wait(70).await;
    origin.answers(304, &[("cache-control", "max-age=60"), ("etag", "\"v2\"")]);
    // The handler is asked once more, for all of it.
    get(&client, "/item/1", &[]).await;
    assert_eq!((origin.calls(), origin.conditions.lock().unwrap().len()), (3, 0));
}
