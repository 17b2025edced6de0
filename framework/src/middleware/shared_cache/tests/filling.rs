//! One fill for many who wait: and what becomes of them when it fails, is for one alone, or never ends.

use super::*;

/// Asks so many times at once, and gives the texts.
async fn at_once(client: &Client, count: usize) -> Vec<(u16, String)> {
    let tasks: Vec<_> = (0..count)
        .map(|_| {
            let request = client.get("/item/1");
            tokio::spawn(async move {
                let response = request.await;
                (response.status().as_u16(), response.text().to_owned())
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test(start_paused = true)]
async fn many_who_ask_at_once_have_one_answer() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.takes(Duration::from_secs(1));
    let answers = at_once(&client, 50).await;
    assert!(answers.iter().all(|answer| *answer == (200, "1".to_owned())), "{answers:?}");
    assert_eq!((origin.calls(), cache.counts().collapsed), (1, 49));
}

#[tokio::test(start_paused = true)]
async fn they_share_one_that_is_asked_about_each_time_as_well() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "no-cache"), ("etag", "\"v1\"")]);
    origin.takes(Duration::from_secs(1));
    at_once(&client, 20).await;
    assert_eq!(origin.calls(), 1);
    at_once(&client, 20).await;
    assert_eq!(origin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_for_one_alone_is_not_given_to_those_who_waited() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "private")]);
    origin.takes(Duration::from_secs(1));
    let started = Instant::now();
    let mut answers = at_once(&client, 20).await;
    answers.sort();
    answers.dedup();
    assert_eq!((answers.len(), origin.calls()), (20, 20), "each has its own");
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "and not one after the other: {:?}",
        started.elapsed()
    );
    // From then on nobody waits.
    let started = Instant::now();
    at_once(&client, 20).await;
    assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn where_the_first_one_leaves_the_next_one_leads() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.takes(Duration::from_secs(10));
    let first = tokio::spawn({
        let request = client.get("/item/1");
        async move { request.await.text().to_owned() }
    });
    wait(1).await;
    let others = tokio::spawn({
        let client = client.clone();
        async move { at_once(&client, 10).await }
    });
    wait(1).await;
    first.abort();
    let answers = others.await.unwrap();
    assert!(answers.iter().all(|answer| *answer == (200, "2".to_owned())), "{answers:?}");
    assert_eq!(origin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_the_handler_panics_nobody_waits_for_ever() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.takes(Duration::from_secs(1));
    origin.panics.store(true, Ordering::SeqCst);
    let started = Instant::now();
    let answers = at_once(&client, 10).await;
    assert!(answers.iter().all(|(status, _)| *status == 500), "{answers:?}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    origin.panics.store(false, Ordering::SeqCst);
    at_once(&client, 5).await;
    assert_eq!((origin.calls(), cache.counts().entries), (11, 1));
}

#[tokio::test(start_paused = true)]
async fn other_addresses_and_variants_do_not_wait_for_it() {
    let (client, origin, _) = cached(SharedCache::new());
    origin.answers(200, &[("cache-control", "max-age=60"), ("vary", "accept")]);
    origin.takes(Duration::from_secs(1));
    let started = Instant::now();
    let tasks: Vec<_> = ["a", "b", "a", "b", "c"]
        .map(|accept| {
            let request = client.get("/item/1").header("accept", accept);
            tokio::spawn(async move { request.await.text().to_owned() })
        })
        .into();
    let elsewhere = get(&client, "/item/2", &[]);
    elsewhere.await;
    assert!(started.elapsed() < Duration::from_millis(1500));
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(origin.calls(), 4, "one for each variant, and one elsewhere");
}

#[tokio::test(start_paused = true)]
async fn what_is_streamed_is_sent_as_it_comes_and_kept_when_it_was_whole() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.is_streamed.store(true, Ordering::SeqCst);
    let first = get(&client, "/item/1", &[]).await;
    assert_eq!((first.text(), first.header("content-length")), ("1 streamed", None));
    let second = get(&client, "/item/1", &[]).await;
    assert_eq!((second.text(), said(&second)), ("1 streamed", "hit; ttl=60"));
    assert_eq!((origin.calls(), cache.counts().entries), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_before_a_purge_is_not_kept_after() {
    let (client, origin, cache) = cached(SharedCache::new());
    origin.takes(Duration::from_secs(2));
    let old = tokio::spawn({
        let request = client.get("/item/1");
        async move { request.await.text().to_owned() }
    });
    wait(1).await;
    cache.purge("/item/1");
    assert_eq!((old.await.unwrap().as_str(), cache.counts().entries), ("1", 0));
    assert_eq!(get(&client, "/item/1", &[]).await.text(), "2");
}
