//! What is kept (RFC 9111 §3), for how long (§4.2), and for whom (§4.1).

use super::*;

type Fields = &'static [(&'static str, &'static str)];

/// Asks twice; says whether the second was answered with what the first had.
async fn is_kept(status: u16, answer: Fields, request: Fields) -> bool {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(status, answer);
    let first = get(&client, "/item/1", request).await;
    let second = get(&client, "/item/1", request).await;
    assert_eq!(first.status().as_u16(), status);
    assert_eq!(said(&second).starts_with("hit"), origin.calls() == 1);
    assert!(second.header("age").is_some() || origin.calls() == 2, "an answer that is kept says its age");
    origin.calls() == 1
}

#[tokio::test(start_paused = true)]
async fn only_what_says_so_is_kept() {
    const MINUTE: (&str, &str) = ("cache-control", "max-age=60");
    let rows: [(u16, Fields, Fields, bool); 31] = [
        (200, &[MINUTE], &[], true),
        (200, &[], &[], false),
        (200, &[("cache-control", "public")], &[], false),
        (200, &[("cache-control", "max-age=0")], &[], false),
        (200, &[("cache-control", "s-maxage=60, max-age=0")], &[], true),
        (200, &[("cache-control", "s-maxage=0, max-age=60")], &[], false),
        (200, &[("cache-control", "no-store, max-age=60")], &[], false),
        (200, &[MINUTE, ("cache-control", "no-store")], &[], false),
        (200, &[("cache-control", "must-understand, no-store, max-age=60")], &[], true),
        (200, &[("cache-control", "private, max-age=60")], &[], false),
        (200, &[("cache-control", "private=\"x-a\", max-age=60")], &[], false),
        (200, &[("cache-control", "no-cache, max-age=60")], &[], false),
        (200, &[MINUTE, ("set-cookie", "a=b")], &[], false),
        (200, &[MINUTE, ("vary", "*")], &[], false),
        (200, &[MINUTE, ("vary", "accept, *")], &[], false),
        (200, &[MINUTE, ("content-range", "bytes 0-0/9")], &[], false),
        (200, &[("expires", "Sat, 06 Nov 2094 08:49:37 GMT")], &[], true),
        (200, &[("expires", "Sun, 06 Nov 1994 08:49:37 GMT")], &[], false),
        (200, &[("expires", "0")], &[], false),
        (200, &[("cache-control", "max-age=0"), ("expires", "Sat, 06 Nov 2094 08:49:37 GMT")], &[], false),
        (200, &[MINUTE, ("age", "59")], &[], true),
        (200, &[MINUTE, ("age", "60")], &[], false),
        (404, &[MINUTE], &[], true),
        (301, &[MINUTE], &[], true),
        (500, &[MINUTE], &[], false),
        (206, &[MINUTE], &[], false),
        (200, &[MINUTE], &[("cache-control", "no-store")], false),
        (200, &[MINUTE], &[("authorization", "Bearer 1")], false),
        (200, &[("cache-control", "public, max-age=60")], &[("authorization", "Bearer 1")], true),
        (200, &[("cache-control", "s-maxage=60")], &[("authorization", "Bearer 1")], true),
        (200, &[("cache-control", "must-revalidate, max-age=60")], &[("authorization", "Bearer 1")], true),
    ];
    for (status, answer, request, expected) in rows {
        assert_eq!(is_kept(status, answer, request).await, expected, "{status} {answer:?} {request:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_credentials_is_given_no_answer_that_is_not_for_all() {
    let (client, origin, _) = cached(SharedCache::new());
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "1");
    let other = get(&client, "/item/1", &[("authorization", "Bearer 1")]).await;
    assert_eq!((other.text(), said(&other)), ("2", "fwd=bypass; fwd-status=200"));
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "1");
    assert_eq!(origin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_fresh_for_as_long_as_it_says() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(
        200,
        &[("cache-control", "s-maxage=60, max-age=5"), ("age", "10"), ("x-a", "1"), ("x-a", "2")],
    );
    let first = get(&client, "/item/1", &[]).await;
    assert_eq!(said(&first), "fwd=uri-miss; fwd-status=200; stored");
    wait(49).await;
    let second = get(&client, "/item/1", &[]).await;
    assert_eq!((second.text(), second.header("age"), said(&second)), ("1", Some("59"), "hit; ttl=1"));
    let names = ["content-type", "date", "cache-control"];
    assert_eq!(names.map(|name| second.header(name)), names.map(|name| first.header(name)));
    assert_eq!(second.headers().get_all("x-a").iter().count(), 2);
    wait(1).await;
    assert_eq!(said(&get(&client, "/item/1", &[]).await), "fwd=stale; fwd-status=200; stored");
    assert_eq!(origin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_speaks_of_a_connection_is_not_kept() {
    let (client, origin, _) = cached(SharedCache::new());
    let fields = [
        ("cache-control", "max-age=60"),
        ("connection", "x-hop, close"),
        ("x-hop", "1"),
        ("keep-alive", "timeout=5"),
        ("proxy-authenticate", "Basic"),
        ("upgrade", "h2c"),
        ("x-end", "1"),
    ];
    origin.answers(200, &fields);
    get(&client, "/item/1", &[]).await;
    let kept = get(&client, "/item/1", &[]).await;
    assert_eq!(said(&kept), "hit; ttl=60");
    for name in ["x-hop", "keep-alive", "proxy-authenticate", "upgrade"] {
        assert_eq!(kept.header(name), None, "{name}");
    }
    assert_eq!(kept.header("x-end"), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn host_path_and_query_tell_answers_apart() {
    let (client, origin, _) = cached(SharedCache::new());
    let rows = [
        ("/item/1", "a.example", "1"),
        ("/item/1?", "a.example", "2"),
        ("/item/1?a=1", "a.example", "3"),
        ("/item/1", "b.example", "4"),
        ("/item/1", "A.Example", "1"),
        ("/item/%31", "a.example", "5"),
        ("/item/1?a=1", "a.example", "3"),
    ];
    for (target, host, expected) in rows {
        assert_eq!(get(&client, target, &[("host", host)]).await.text(), expected, "{host} {target}");
    }
    assert_eq!(origin.calls(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_fields_that_vary_names_tell_variants_apart() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "max-age=60"), ("vary", "Accept-Language, x-a")]);
    let rows: [(Fields, &str, &str); 8] = [
        (&[], "1", "fwd=uri-miss; fwd-status=200; stored"),
        (&[("accept-language", "de")], "2", "fwd=vary-miss; fwd-status=200; stored"),
        (&[("accept-language", "en, fr")], "3", "fwd=vary-miss; fwd-status=200; stored"),
        (&[("accept-language", "en"), ("accept-language", "fr")], "3", "hit; ttl=60"),
        (&[("accept-language", "en,fr ")], "3", "hit; ttl=60"),
        (&[("accept-language", "de"), ("x-b", "1")], "2", "hit; ttl=60"),
        (&[("accept-language", "de"), ("x-a", "")], "4", "fwd=vary-miss; fwd-status=200; stored"),
        (&[], "1", "hit; ttl=60"),
    ];
    for (fields, text, expected) in rows {
        let response = get(&client, "/item/1", fields).await;
        assert_eq!((response.text(), said(&response)), (text, expected), "{fields:?}");
    }
    assert_eq!((origin.calls(), cache.counts().entries), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn of_several_that_would_do_the_newest_does() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "max-age=60"), ("vary", "x-a")]);
    assert_eq!(get(&client, "/item/1", &[("x-b", "2")]).await.text(), "1");
    origin.answers(200, &[("cache-control", "max-age=60"), ("vary", "x-b")]);
    assert_eq!(get(&client, "/item/1", &[("x-a", "1")]).await.text(), "2");
    // Without either, both would do.
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "2");
    assert_eq!(get(&client, "/item/1", &[("x-b", "2")]).await.text(), "1");
}

#[tokio::test(start_paused = true)]
async fn conditions_ranges_and_head_are_answered_from_what_is_kept() {
    let (client, origin, _) = cached(SharedCache::new());
    let fields = [("cache-control", "max-age=60"), ("etag", "\"v1\""), ("accept-ranges", "bytes")];
    origin.answers(200, &fields);
    // The first one asks for a part, and all of it is kept.
    let part = get(&client, "/item/1", &[("range", "bytes=0-0"), ("if-none-match", "\"v0\"")]).await;
    assert_eq!((part.status().as_u16(), part.text()), (206, "1"));
    assert_eq!(*origin.conditions.lock().unwrap(), [""; 0], "the handler makes the whole");
    let same = get(&client, "/item/1", &[("if-none-match", "\"v1\"")]).await;
    assert_eq!((same.status().as_u16(), same.text(), same.header("age")), (304, "", Some("0")));
    let head = client.request(Method::HEAD, "/item/1").await;
    assert_eq!(
        (head.status().as_u16(), head.header("content-length"), said(&head)),
        (200, Some("1"), "hit; ttl=60")
    );
    assert_eq!(origin.calls(), 1);
    // What is the origin's to evaluate goes on.
    let failed = get(&client, "/item/1", &[("if-match", "\"v0\"")]).await;
    assert_eq!((failed.status().as_u16(), failed.header("age")), (412, None));
    assert_eq!(origin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_get_with_content_is_nobody_elses() {
    let (client, origin, _) = cached(SharedCache::new());
    let response = client.get("/item/1").body("evil").await;
    assert_eq!(said(&response), "fwd=bypass; fwd-status=200");
    get(&client, "/item/1", &[]).await;
    assert_eq!(origin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_is_forgotten() {
    let (client, origin, cache) = cached(SharedCache::new());
    for target in ["/item/1", "/item/refused", "/other"] {
        get(&client, target, &[]).await;
    }
    assert_eq!(said(&client.post("/item/refused").await), "fwd=method; fwd-status=409");
    assert_eq!(cache.counts().entries, 3, "an error changes nothing");
    client.post("/item/1").await;
    // The target itself, and what `Location` names.
    for (target, expected) in [("/item/1", "4"), ("/item/refused", "2"), ("/other", "5")] {
        assert_eq!(get(&client, target, &[]).await.text(), expected, "{target}");
    }
    assert_eq!(origin.calls(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_application_purges_by_target_route_and_tag() {
    let (client, _, cache) = cached(SharedCache::new());
    let fill = async || {
        for target in ["/item/1", "/item/2?a", "/other"] {
            get(&client, target, &[]).await;
        }
        assert_eq!(cache.counts().entries, 3);
    };
    fill().await;
    assert_eq!((cache.purge("/item/2"), cache.purge("/item/2?a"), cache.counts().entries), (0, 1, 2));
    fill().await;
    assert_eq!((cache.purge_route("/item/:id"), cache.purge_route("/item/1")), (2, 0));
    fill().await;
    assert_eq!((cache.purge_tag("items"), cache.counts().entries), (2, 1));
    fill().await;
    assert_eq!((cache.clear(), cache.counts().entries, cache.counts().bytes), (3, 0, 0));
}
