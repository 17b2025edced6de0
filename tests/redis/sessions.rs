//! Sessions in Redis: what one replica saves the other has; what has ended stays so.

use std::time::Duration;

use fingerpost_tests::RedisServer;
use server::testing::Client;
use server::{
    MemoryStore, Redis, RedisStore, SavedSession, Server, Session, SessionStore, Sessions, get, post, routes,
};

const MINUTE: Duration = Duration::from_secs(60);

#[derive(server::State, Clone)]
struct App {
    sessions: Sessions,
}

#[post("/login")]
async fn login(mut session: Session) -> server::Result<(SavedSession, &'static str)> {
    session.insert("name", "Ada")?;
    session.renew();
    Ok((session.save().await?, "hello"))
}

#[get("/")]
async fn index(session: Session) -> String {
    session.get("name").unwrap_or_else(|| "nobody".to_owned())
}

#[post("/logout")]
async fn logout(session: Session) -> server::Result<(SavedSession, &'static str)> {
    Ok((session.end().await?, "good-bye"))
}

fn store(server: &RedisServer) -> RedisStore {
    RedisStore::new(&Redis::open(&server.url()).unwrap().timeout(Duration::from_secs(10)))
}

fn replica(server: &RedisServer) -> Client {
    let app = App { sessions: Sessions::new(store(server)) };
    Client::from(Server::new(routes![login, index, logout]).state(app))
}

#[server::test]
async fn what_one_replica_saves_the_other_has() {
    let server = RedisServer::start().unwrap();
    let (one, other) = (replica(&server), replica(&server));
    let set = one.post("/login").await.header("set-cookie").unwrap().to_owned();
    let (cookie, _) = set.split_once(';').unwrap();
    for client in [&one, &other] {
        assert_eq!(client.get("/").header("cookie", cookie).await.text(), "Ada");
    }
    other.post("/logout").header("cookie", cookie).await;
    for client in [&one, &other] {
        assert_eq!(client.get("/").header("cookie", cookie).await.text(), "nobody");
    }
    assert_eq!(server.ask(&["KEYS", "*"]).unwrap(), "*0\r\n");
}

/// What any store must do; the one in memory is held to it as well.
async fn check(store: &impl SessionStore) {
    let (one, two) = ("1".to_owned(), "2".to_owned());
    assert_eq!(store.load("a").await.unwrap(), None);
    assert!(!store.update("a", one.clone(), MINUTE).await.unwrap(), "there is nothing to change");
    assert!(!store.renew("a", "b", one.clone(), MINUTE).await.unwrap(), "nor to take over");
    assert_eq!((store.load("a").await.unwrap(), store.load("b").await.unwrap()), (None, None));
    store.create("a", one.clone(), MINUTE).await.unwrap();
    assert_eq!(store.load("a").await.unwrap(), Some(one.clone()));
    assert!(store.update("a", two.clone(), MINUTE).await.unwrap());
    assert_eq!(store.load("a").await.unwrap(), Some(two.clone()));
    assert!(store.renew("a", "b", one.clone(), MINUTE).await.unwrap());
    assert_eq!((store.load("a").await.unwrap(), store.load("b").await.unwrap()), (None, Some(one.clone())));
    assert!(!store.renew("a", "c", one.clone(), MINUTE).await.unwrap(), "one takes over, not two");
    store.remove("b").await.unwrap();
    store.remove("b").await.unwrap();
    assert!(!store.update("b", two, MINUTE).await.unwrap(), "what has ended stays so");
    assert_eq!(store.load("b").await.unwrap(), None);
    store.create("d", one.clone(), Duration::from_millis(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(store.load("d").await.unwrap(), None);
    assert!(!store.update("d", one.clone(), MINUTE).await.unwrap(), "nor what is over");
    store.create("e", "x".repeat(64 * 1024), MINUTE).await.unwrap();
    store.update("e", "x".repeat(64 * 1024 + 1), MINUTE).await.unwrap_err();
    store.create("f", one, Duration::MAX).await.unwrap();
}

#[server::test]
async fn both_stores_hold_what_a_store_must() {
    check(&MemoryStore::new(100)).await;
    let server = RedisServer::start().unwrap();
    check(&store(&server)).await;
    let left = server.ask(&["PTTL", "server:session:e"]).unwrap();
    let left: i64 = left.trim_start_matches(':').trim().parse().unwrap();
    assert!((1..=60_000).contains(&left), "each ends by itself: {left}");
}

#[server::test]
async fn of_many_that_renew_one_session_one_does() {
    let server = RedisServer::start().unwrap();
    let store = std::sync::Arc::new(store(&server));
    store.create("old", "{}".to_owned(), MINUTE).await.unwrap();
    let renewing = (0..20).map(|number| {
        let store = std::sync::Arc::clone(&store);
        tokio::spawn(async move {
            store.renew("old", &format!("new{number}"), "{}".to_owned(), MINUTE).await.unwrap()
        })
    });
    let mut renewed = 0;
    for task in renewing.collect::<Vec<_>>() {
        renewed += usize::from(task.await.unwrap());
    }
    assert_eq!((renewed, server.ask(&["DBSIZE"]).unwrap().as_str()), (1, ":1\r\n"));
}

#[server::test]
async fn a_connection_that_was_closed_meanwhile_is_no_failure() {
    let mut server = RedisServer::start().unwrap();
    let store = store(&server);
    store.create("a", "{}".to_owned(), MINUTE).await.unwrap();
    server.ask(&["CLIENT", "KILL", "TYPE", "normal"]).unwrap();
    assert!(store.load("a").await.unwrap().is_some());
    server.stop();
    store.load("a").await.unwrap_err();
}
