//! "WebSockets": an echo, orders in JSON, a clock that takes nothing, prices that are compressed, and rooms.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use server::{
    CloseCode, CloseFrame, MessageCompression, Response, Rooms, Routes, Server, SlowReaders, State,
    WebSocketUpgrade, get, post, routes,
};

const ROUTES: Routes<App> = routes![echo, orders, clock, prices, enter, announce];

// ANCHOR: rooms
#[derive(server::State, Clone)]
struct App {
    rooms: Rooms,
}

impl App {
    fn new() -> Self {
        Self { rooms: Rooms::new(SlowReaders::Miss) }
    }
}

/// Says to everybody in the room what one of them says.
#[get("/rooms/:name")]
async fn enter(name: String, upgrade: WebSocketUpgrade, rooms: State<Rooms>) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let member = rooms.join(name, &socket);
        while let Some(message) = socket.recv().await {
            member.room().send(message).await;
        }
        Ok(())
    })
}

/// The same from elsewhere.
#[post("/rooms/:name")]
async fn announce(name: String, rooms: State<Rooms>, text: String) -> String {
    let Some(room) = rooms.get(&name) else { return "nobody is there\n".to_owned() };
    format!("{} are told\n", room.send(text).await.sent)
}
// ANCHOR_END: rooms

// ANCHOR: prices
/// Sends prices, each list compressed with what the client has of those before.
#[get("/prices")]
async fn prices(upgrade: WebSocketUpgrade) -> Response {
    let compression = MessageCompression::new().keep_context().window_bits(12);
    upgrade.compression(compression).on_upgrade(async |mut socket| {
        for day in 1..=3 {
            socket.send_json(&[day; 32]).await?;
        }
        Ok(())
    })
}
// ANCHOR_END: prices

// ANCHOR: echo
/// Says everything again.
#[get("/echo")]
async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(message) = socket.recv().await {
            socket.send(message).await?;
        }
        Ok(())
    })
}
// ANCHOR_END: echo

// ANCHOR: orders
#[derive(Deserialize)]
struct Order {
    item: String,
    count: u32,
}

#[derive(Serialize)]
struct Taken<'a> {
    item: &'a str,
    total: u32,
}

/// Takes orders, and says how many pieces that makes.
#[get("/orders")]
async fn orders(upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade
        .origins(&["https://shop.example.org"])
        .protocols(&["orders.v2", "orders.v1"])
        .max_message(4 * 1024)
        .idle_timeout(Duration::from_secs(20));
    upgrade.on_upgrade(async |mut socket| {
        let mut total = 0;
        while let Some(order) = socket.recv_json::<Order>().await {
            let Ok(order) = order else {
                socket.close(CloseFrame::new(CloseCode::UNSUPPORTED, "this is no order"));
                return Ok(());
            };
            total += order.count;
            socket.send_json(&Taken { item: &order.item, total }).await?;
        }
        Ok(())
    })
}
// ANCHOR_END: orders

// ANCHOR: clock
/// Sends the seconds since it was opened.
#[get("/clock")]
async fn clock(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |socket| {
        let (reader, mut writer) = socket.split();
        // What the client sends is dropped, and waits for nobody.
        drop(reader);
        for second in 0_u32.. {
            writer.send(second.to_string()).await?;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    })
}
// ANCHOR_END: clock

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).state(App::new()).run().await
}

#[cfg(test)]
mod tests {
    use futures_util::{SinkExt, StreamExt};
    use server::testing::Client;
    use tokio_tungstenite::client_async;
    use tokio_tungstenite::tungstenite::Message;

    use super::*;

    // ANCHOR: test
    #[server::test]
    async fn says_everything_again() {
        let stream = Client::with_state(ROUTES, App::new()).connect();
        let (mut socket, _) = client_async("ws://localhost/echo", stream).await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("hello"));
    }
    // ANCHOR_END: test

    #[server::test]
    async fn takes_orders_and_nothing_else() {
        let stream = Client::with_state(ROUTES, App::new()).connect();
        let (mut socket, _) = client_async("ws://localhost/orders", stream).await.unwrap();
        for (order, answer) in [
            (r#"{"item":"tea","count":2}"#, r#"{"item":"tea","total":2}"#),
            (r#"{"item":"milk","count":1}"#, r#"{"item":"milk","total":3}"#),
        ] {
            socket.send(Message::text(order)).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(answer));
        }
        socket.send(Message::text("tea")).await.unwrap();
        let Message::Close(Some(frame)) = socket.next().await.unwrap().unwrap() else {
            panic!("expected a Close")
        };
        assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1003, "this is no order"));
    }

    #[server::test]
    async fn counts_whatever_it_is_sent() {
        let stream = Client::with_state(ROUTES, App::new()).connect();
        let (mut socket, _) = client_async("ws://localhost/clock", stream).await.unwrap();
        for _ in 0..3 {
            socket.send(Message::text("what time is it?")).await.unwrap();
        }
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("0"));
        socket.close(None).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().is_close());
    }

    #[server::test]
    async fn refuses_what_opens_no_websocket() {
        let client = Client::with_state(ROUTES, App::new());
        let plain = client.get("/echo").await;
        assert_eq!((plain.status().as_u16(), plain.header("upgrade")), (426, Some("websocket")));
        assert!(plain.text().contains("only a WebSocket is here: expected `upgrade: websocket`"));
        let opening = || {
            let opening =
                client.get("/orders").header("upgrade", "websocket").header("connection", "close, upgrade");
            opening
                .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
                .header("sec-websocket-version", "13")
        };
        let foreign = opening().header("origin", "https://evil.example").await;
        assert_eq!(foreign.status(), 403);
        let sentence = "a page of another site asks for a WebSocket: `origin` is `https://evil.example`";
        assert!(foreign.text().contains(sentence), "{}", foreign.text());
        let old = opening().header("sec-websocket-version", "8").await;
        assert_eq!((old.status().as_u16(), old.header("sec-websocket-version")), (426, Some("13")));
    }

    #[server::test]
    async fn a_room_hears_what_is_said_and_what_is_announced() {
        let client = Client::with_state(ROUTES, App::new());
        assert_eq!(client.post("/rooms/tea").body("ready").await.text(), "nobody is there\n");
        let (mut ada, _) = client_async("ws://localhost/rooms/tea", client.connect()).await.unwrap();
        ada.send(Message::text("hello")).await.unwrap();
        assert_eq!(ada.next().await.unwrap().unwrap(), Message::text("hello"));
        assert_eq!(client.post("/rooms/tea").body("ready").await.text(), "1 are told\n");
        assert_eq!(ada.next().await.unwrap().unwrap(), Message::text("ready"));
    }

    #[server::test]
    async fn prices_come_as_they_are_where_nothing_is_agreed_on() {
        let stream = Client::with_state(ROUTES, App::new()).connect();
        let (mut socket, _) = client_async("ws://localhost/prices", stream).await.unwrap();
        for day in 1..=3 {
            let text = serde_json::to_string(&[day; 32]).unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text));
        }
    }
}
