//! `examples/chat`: three people with browsers, one of whom is cut off, and a client that is shown each answer.

use fingerpost_tests::App;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::browser::{Browser, Folder};
use super::programs::{start, start_with};
use super::proxy::Proxy;

/// Has a person say something.
fn say(browser: &Browser, text: &str) {
    browser.enter("#text", text);
    browser.click("#say");
}

/// Enters a room as `name`.
fn enter(address: impl std::fmt::Display, name: &str) -> Browser {
    let browser = Browser::start();
    browser.open(&format!("http://{address}/rooms/lobby"));
    assert_eq!(browser.text("#state.live"), "live");
    browser.enter("#author", name);
    browser
}

/// Waits until a browser shows so many messages; gives them.
fn messages(browser: &Browser, count: usize) -> Vec<String> {
    let number = |number| browser.text(&format!("#messages li[data-number='{number}']"));
    // The last one is waited for; the others stand before it.
    number(count);
    let all = (1..=count).map(number).collect();
    assert_eq!(browser.count("#messages li"), count as u64, "each is shown once");
    all
}

#[test]
fn three_people_talk_and_one_who_is_cut_off_loses_nothing() {
    let app = start("chat");
    let proxy = Proxy::start(app.address());
    let (ada, bob) = (enter(app.address(), "Ada"), enter(app.address(), "Bob"));
    let eve = enter(proxy.address(), "Eve");
    say(&ada, "hello <b>");
    say(&eve, "hi");
    let mut expected = vec!["Ada: hello <b>".to_owned(), "Eve: hi".to_owned()];
    // Two wrote at once: the numbers say who was first, to all alike.
    let found = messages(&ada, 2);
    if found[0] != expected[0] {
        expected.reverse();
    }
    for browser in [&ada, &bob, &eve] {
        assert_eq!(messages(browser, 2), expected);
    }

    proxy.cut();
    assert_eq!(eve.text("#state.cut"), "cut off");
    for number in 1..=3 {
        say(&bob, &format!("unheard {number}"));
        expected.push(format!("Bob: unheard {number}"));
        messages(&ada, expected.len());
    }
    say(&eve, "does anybody hear me?");
    assert_eq!(eve.text("#waiting li"), "Eve: does anybody hear me?");
    assert_eq!(eve.count("#messages li"), 2);
    proxy.mend();
    expected.push("Eve: does anybody hear me?".to_owned());
    for browser in [&eve, &ada, &bob] {
        assert_eq!(messages(browser, expected.len()), expected);
    }
    assert_eq!(eve.text("#state.live"), "live");
    assert_eq!(eve.count("#waiting li"), 0);
}

type Socket = WebSocketStream<TcpStream>;

async fn open(app: &App, room: &str) -> Socket {
    let stream = TcpStream::connect(app.address()).await.unwrap();
    client_async(format!("ws://{}/rooms/{room}/socket", app.address()), stream).await.unwrap().0
}

async fn ask(socket: &mut Socket, value: Value) -> Value {
    socket.send(Message::text(value.to_string())).await.unwrap();
    hear(socket).await
}

async fn hear(socket: &mut Socket) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

fn said(number: i64, key: &str, text: &str) -> Value {
    json!({ "number": number, "key": key, "author": "Ada", "text": text })
}

fn told(messages: &[Value], more: bool) -> Value {
    json!({ "said": { "messages": messages, "more": more } })
}

#[test]
fn what_is_said_is_kept_once_and_told_in_order() {
    let folder = Folder::new("chat");
    let url = format!("sqlite:{}", folder.0.join("chat.db").display());
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let say = |key: &str, text: &str| json!({ "key": key, "author": " Ada ", "text": text });
    let app = start_with("chat", &[("DATABASE_URL", &url)]);
    runtime.block_on(async {
        let (mut ada, mut bob) = (open(&app, "red").await, open(&app, "red").await);
        assert_eq!(ask(&mut bob, json!({ "after": 0 })).await, told(&[], false));
        let first = told(&[said(1, "a", "one")], false);
        assert_eq!((ask(&mut ada, say("a", "one")).await, hear(&mut bob).await), (first.clone(), first));
        // Sent again, it is not said again: what comes back is the answer to the next one.
        ada.send(Message::text(say("a", "one").to_string())).await.unwrap();
        assert_eq!(ask(&mut ada, say("b", "two")).await, told(&[said(2, "b", "two")], false));
        let mut other = open(&app, "blue").await;
        assert_eq!(ask(&mut other, say("a", "one")).await, told(&[said(1, "a", "one")], false));

        for wrong in [json!({ "key": "c", "author": "Ada", "text": " " }), json!({ "key": "c" }), json!(1)] {
            let refused = ask(&mut ada, wrong.clone()).await;
            assert!(refused["refused"]["reason"].is_string(), "{wrong}: {refused}");
        }
        for number in 3..=120 {
            ask(&mut ada, say(&format!("k{number}"), "more")).await;
        }
    });
    app.terminate().unwrap();
    assert!(app.wait().unwrap().0.success());

    let app = start_with("chat", &[("DATABASE_URL", &url)]);
    runtime.block_on(async {
        let mut ada = open(&app, "red").await;
        let page = ask(&mut ada, json!({ "after": 0 })).await;
        assert_eq!(page["said"]["messages"].as_array().unwrap().len(), 100);
        assert_eq!(page["said"]["more"], true);
        let rest = ask(&mut ada, json!({ "after": 100 })).await;
        assert_eq!(rest["said"]["messages"][0]["number"], 101);
        assert_eq!(
            (rest["said"]["messages"].as_array().unwrap().len(), &rest["said"]["more"]),
            (20, &json!(false))
        );
    });
    assert_eq!(app.get("/").send().unwrap().field("location"), Some("/rooms/lobby"));
    assert_eq!(app.get("/rooms/No").send().unwrap().status(), 404);
}
