//! So many bytes, and what makes room.

use super::*;

#[tokio::test(start_paused = true)]
async fn it_never_has_more_than_it_may() {
    const MOST: usize = 256 * 1024;
    let (client, _, cache) = cached(SharedCache::new().max_bytes(MOST));
    for number in 0..2_000 {
        get(&client, &format!("/item/{number}"), &[]).await;
        assert!(cache.counts().bytes <= MOST, "{:?}", cache.counts());
    }
    let counts = cache.counts();
    assert_eq!(counts.stored, 2_000);
    assert_eq!(counts.evicted + counts.entries as u64, 2_000);
    assert!(counts.bytes > MOST / 2, "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_again_stays() {
    let (client, origin, _) = cached(SharedCache::new().max_bytes(256 * 1024));
    get(&client, "/other", &[]).await;
    for number in 0..1_000 {
        get(&client, &format!("/item/{number}"), &[]).await;
        assert_eq!(get(&client, "/other", &[]).await.text(), "1");
    }
    assert_eq!(origin.calls(), 1_001);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_large_passes() {
    for (limit, is_streamed, expected) in [(9, true, 2), (10, true, 1), (0, false, 2), (1, false, 1)] {
        let (client, origin, cache) = cached(SharedCache::new().max_object(limit));
        origin.is_streamed.store(is_streamed, Ordering::SeqCst);
        for _ in 0..2 {
            let response = get(&client, "/item/1", &[]).await;
            assert_eq!(response.text().ends_with(" streamed"), is_streamed);
        }
        assert_eq!(origin.calls(), expected, "{limit}");
        assert_eq!(cache.counts().entries, 2 - expected);
    }
}

#[tokio::test(start_paused = true)]
async fn one_address_has_so_many_variants() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "max-age=60"), ("vary", "x-a")]);
    for number in 0..100 {
        get(&client, "/item/1", &[("x-a", &number.to_string())]).await;
    }
    assert_eq!(cache.counts().entries, 32);
    assert_eq!(get(&client, "/item/1", &[("x-a", "99")]).await.text(), "100", "the newest stay");
}
