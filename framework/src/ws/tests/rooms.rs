//! Rooms: who gets what, in which order, and what becomes of those who read too slowly.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::sleep;

use super::app::Raw;
#[cfg(feature = "ws-deflate")]
use super::app::opening;
use crate::testing::Client;
use crate::ws::frame::Opcode::{Close, Text};
use crate::{
    Delivery, Response, Room, Rooms, Routes, Server, Shutdown, SlowReaders, State, WebSocketUpgrade, get,
    routes,
};

const ROUTES: Routes<App> = routes![enter, listen];

#[derive(server::State, Clone)]
struct App {
    rooms: Rooms,
    room: Room,
    /// What `take_missed` said at the last message.
    missed: Arc<OnceLock<u64>>,
}

/// Tells the room what comes.
#[get("/rooms/:name")]
async fn enter(name: String, upgrade: WebSocketUpgrade, rooms: State<Rooms>) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let member = rooms.join(name, &socket);
        socket.send("hello").await?;
        while let Some(message) = socket.recv().await {
            if message.as_text() == Some("leave") {
                drop(member);
                socket.send("left").await?;
                return std::future::pending().await;
            }
            member.send_to_others(message).await;
        }
        Ok(())
    })
}

/// Waits to be told.
#[get("/listen")]
async fn listen(upgrade: WebSocketUpgrade, room: State<Room>, missed: State<Arc<OnceLock<u64>>>) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let member = room.join(&socket);
        socket.send("hello").await?;
        while socket.recv().await.is_some() {}
        let _ = missed.set(member.take_missed());
        Ok(())
    })
}

struct House {
    client: Client,
    app: App,
    shutdown: Shutdown,
}

fn house(slow_readers: SlowReaders) -> House {
    let (rooms, room) = (Rooms::new(slow_readers), Room::new(slow_readers));
    let app = App { rooms, room, missed: Arc::default() };
    let server = Server::new(ROUTES).state(app.clone());
    let shutdown = server.shutdown_handle();
    House { client: Client::from(server), app, shutdown }
}

/// A member that has read its greeting.
async fn member(client: &Client, path: &str) -> Raw {
    let mut raw = Raw::open(client, path).await;
    assert_eq!(raw.read(7).await, b"\x81\x05hello");
    raw
}

fn delivery(sent: usize, missed: usize) -> Delivery {
    Delivery { sent, missed }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_for_the_room_it_was_sent_to() {
    let House { client, app, .. } = house(SlowReaders::Miss);
    let (mut ada, mut bob) = (member(&client, "/rooms/red").await, member(&client, "/rooms/red").await);
    let mut eve = member(&client, "/rooms/blue").await;
    assert_eq!((app.rooms.len(), app.rooms.get("red").unwrap().len()), (2, 2));
    ada.send_frame(Text, b"hi").await;
    assert_eq!(bob.read(4).await, b"\x81\x02hi");
    let red = app.rooms.get("red").unwrap();
    assert_eq!(red.send("all").await, delivery(2, 0));
    assert_eq!(red.send_json(&[1]).await.unwrap(), delivery(2, 0));
    for raw in [&mut ada, &mut bob] {
        assert_eq!(raw.read(10).await, b"\x81\x03all\x81\x03[1]");
    }
    assert_eq!(app.rooms.get("blue").unwrap().send(vec![1]).await, delivery(1, 0));
    assert_eq!(eve.read(3).await, [0x82, 1, 1]);
    assert!(app.rooms.get("green").is_none());
}

#[tokio::test(start_paused = true)]
async fn leaving_needs_no_word() {
    let House { client, app, .. } = house(SlowReaders::Miss);
    let mut stays = member(&client, "/rooms/red").await;
    let red = app.rooms.get("red").unwrap();
    // By the membership's end, by a Close, by a connection that is gone.
    let mut leaves = member(&client, "/rooms/red").await;
    let mut closes = member(&client, "/rooms/red").await;
    let gone = member(&client, "/rooms/red").await;
    assert_eq!(red.send("1").await, delivery(4, 0));
    assert_eq!(leaves.read(3).await, b"\x81\x011");
    leaves.send_frame(Text, b"leave").await;
    assert_eq!(leaves.read(6).await, b"\x81\x04left");
    closes.send_frame(Close, b"").await;
    closes.rest().await;
    drop(gone);
    sleep(Duration::from_millis(10)).await;
    assert_eq!((red.len(), red.send("2").await), (1, delivery(1, 0)));
    assert_eq!(stays.read(6).await, b"\x81\x011\x81\x012");
    stays.send_frame(Close, b"").await;
    stays.rest().await;
    assert!(app.rooms.is_empty() && red.is_empty());
    assert_eq!(red.send("nobody").await, delivery(0, 0));
}

/// More than one of them does not fit behind the first.
const BIG: usize = 60 * 1024;

#[tokio::test(start_paused = true)]
async fn a_slow_reader_misses_messages_and_learns_how_many() {
    let House { client, app, .. } = house(SlowReaders::Miss);
    let (mut quick, mut slow) = (member(&client, "/listen").await, member(&client, "/listen").await);
    let (mut missed, mut seen) = (0, 0);
    for number in 0..20_u8 {
        let sent = app.room.send(vec![number; BIG]).await;
        assert_eq!(sent.sent + sent.missed, 2);
        missed += sent.missed;
        assert_eq!(quick.read(4 + BIG).await[4], number, "who reads misses nothing");
        sleep(Duration::from_millis(1)).await;
    }
    assert!((10..19).contains(&missed), "{missed} of 20 were missed");
    // What was not missed comes whole, in order.
    let mut last = None;
    while seen < 20 - missed {
        let frame = slow.read(4 + BIG).await;
        assert!(frame[4..].iter().all(|byte| *byte == frame[4]) && last < Some(frame[4]));
        last = Some(frame[4]);
        seen += 1;
    }
    assert_eq!(app.room.send("now").await, delivery(2, 0));
    assert_eq!(slow.read(5).await, b"\x81\x03now");
    slow.send_frame(Close, b"").await;
    slow.rest().await;
    assert_eq!(app.missed.get().copied(), u64::try_from(missed).ok());
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_waited_for_and_nobody_misses_anything() {
    let House { client, app, .. } = house(SlowReaders::Wait);
    let (mut quick, mut slow) = (member(&client, "/listen").await, member(&client, "/listen").await);
    let room = app.room.clone();
    let sending = tokio::spawn(async move {
        for number in 0..20_u8 {
            assert_eq!(room.send(vec![number; BIG]).await, delivery(2, 0));
        }
    });
    let read = Arc::new(AtomicU8::new(0));
    let counted = Arc::clone(&read);
    let reading = tokio::spawn(async move {
        for number in 0..20_u8 {
            assert_eq!(quick.read(4 + BIG).await[4], number);
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    sleep(Duration::from_secs(2)).await;
    let before = read.load(Ordering::SeqCst);
    assert!((2..10).contains(&before), "{before} came before the slow one held the room up");
    assert!(!sending.is_finished());
    for number in 0..20_u8 {
        assert_eq!(slow.read(4 + BIG).await[4], number);
    }
    reading.await.unwrap();
    sending.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_lost_holds_nobody_up() {
    let House { client, app, .. } = house(SlowReaders::Wait);
    let (stuck, mut quick) = (member(&client, "/listen").await, member(&client, "/listen").await);
    let room = app.room.clone();
    let sending = tokio::spawn(async move {
        let mut last = Delivery::default();
        for number in 0..20_u8 {
            last = room.send(vec![number; BIG]).await;
        }
        last
    });
    sleep(Duration::from_secs(1)).await;
    assert!(!sending.is_finished());
    drop(stuck);
    for number in 0..20_u8 {
        assert_eq!(quick.read(4 + BIG).await[4], number);
    }
    assert_eq!(sending.await.unwrap(), delivery(1, 0));
}

#[tokio::test(start_paused = true)]
async fn all_members_see_one_order() {
    for slow_readers in [SlowReaders::Miss, SlowReaders::Wait] {
        let House { client, app, .. } = house(slow_readers);
        let mut members = Vec::new();
        for _ in 0..3 {
            members.push(member(&client, "/listen").await);
        }
        let senders: Vec<_> = (0..4_u8)
            .map(|sender| {
                let room = app.room.clone();
                tokio::spawn(async move {
                    for number in 0..50_u8 {
                        room.send(vec![sender, number]).await;
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.await.unwrap();
        }
        let first = members[0].read(4 * 200).await;
        for other in &mut members[1..] {
            assert_eq!(other.read(4 * 200).await, first);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_drain_closes_members_behind_what_was_sent() {
    let House { client, app, shutdown } = house(SlowReaders::Miss);
    let mut ada = member(&client, "/listen").await;
    assert_eq!(app.room.send("last").await, delivery(1, 0));
    shutdown.request();
    assert_eq!(ada.read(10).await, b"\x81\x04last\x88\x02\x03\xe9");
    assert_eq!((app.room.send("late").await, app.room.len()), (delivery(0, 0), 0));
    ada.send_frame(Close, b"").await;
    assert_eq!(ada.rest().await, b"");
}

#[cfg(feature = "ws-deflate")]
mod compressed {
    use super::*;
    use crate::MessageCompression;

    const ROUTES: Routes<App> = routes![alone, kept, plain];

    async fn wait(upgrade: WebSocketUpgrade, room: State<Room>) -> Response {
        upgrade.on_upgrade(async move |mut socket| {
            let _member = room.join(&socket);
            socket.send("hello").await?;
            while socket.recv().await.is_some() {}
            Ok(())
        })
    }

    #[get("/alone")]
    async fn alone(upgrade: WebSocketUpgrade, room: State<Room>) -> Response {
        wait(upgrade.compression(MessageCompression::new()), room).await
    }

    #[get("/kept")]
    async fn kept(upgrade: WebSocketUpgrade, room: State<Room>) -> Response {
        wait(upgrade.compression(MessageCompression::new().keep_context()), room).await
    }

    #[get("/plain")]
    async fn plain(upgrade: WebSocketUpgrade, room: State<Room>) -> Response {
        wait(upgrade, room).await
    }

    async fn open(client: &Client, path: &str) -> Raw {
        let mut raw = Raw::connect(client);
        let offer = "\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n";
        raw.send(opening(path).replacen("\r\n\r\n", offer, 1).as_bytes()).await;
        raw.switched().await;
        assert_eq!(raw.read(7).await, b"\x81\x05hello");
        raw
    }

    #[tokio::test(start_paused = true)]
    async fn each_member_gets_it_as_agreed() {
        let room = Room::new(SlowReaders::Miss);
        let app = App { rooms: Rooms::new(SlowReaders::Miss), room: room.clone(), missed: Arc::default() };
        let client = Client::from(Server::new(ROUTES).state(app));
        let mut frames = Vec::new();
        let mut members = Vec::new();
        for path in ["/alone", "/alone", "/kept", "/plain"] {
            members.push(open(&client, path).await);
        }
        let text = "festina lente ".repeat(8);
        for _ in 0..2 {
            assert_eq!(room.send(text.as_str()).await, delivery(4, 0));
            for raw in &mut members {
                let head = raw.read(2).await;
                let content = raw.read(usize::from(head[1])).await;
                frames.push((head[0], content));
            }
        }
        let [first, second, kept, plain, again, _, kept_again, _] = frames.as_slice() else { panic!() };
        assert_eq!(plain, &(0x81, text.into_bytes()));
        assert!(first.0 == 0xC1 && first == second && first == again && first == kept);
        assert!(kept_again.1.len() < kept.1.len());
    }
}
