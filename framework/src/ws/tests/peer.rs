//! With a client of another's making: tokio-tungstenite.

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::app::client;

async fn open<IO: AsyncRead + AsyncWrite + Unpin>(stream: IO, path: &str) -> WebSocketStream<IO> {
    let (socket, response) = client_async(format!("ws://localhost{path}"), stream).await.unwrap();
    assert_eq!(response.status().as_u16(), 101);
    socket
}

#[tokio::test]
async fn echoes_messages_of_every_length() {
    let mut socket = open(client().0.connect(), "/echo").await;
    for len in [0, 1, 125, 126, 65_535, 65_536, 300_000, 1024 * 1024] {
        let text = "é".repeat(len / 2);
        socket.send(Message::text(text.clone())).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text), "{len}");
        let bytes = vec![7; len];
        socket.send(Message::binary(bytes.clone())).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::binary(bytes), "{len}");
    }
    socket.send(Message::Ping("x".into())).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong("x".into()));
    socket.close(None).await.unwrap();
    while let Some(message) = socket.next().await {
        assert!(message.unwrap().is_close());
    }
}

#[tokio::test]
async fn many_messages_at_once_come_back_in_order() {
    let socket = open(client().0.connect(), "/echo").await;
    let (mut sink, mut stream) = socket.split();
    let sending = tokio::spawn(async move {
        for number in 0..10_000 {
            sink.feed(Message::text(number.to_string())).await.unwrap();
        }
        sink.flush().await.unwrap();
        sink
    });
    for number in 0..10_000 {
        assert_eq!(stream.next().await.unwrap().unwrap(), Message::text(number.to_string()));
    }
    sending.await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn numbers_come_as_json_and_what_is_none_ends_it() {
    let mut socket = open(client().0.connect(), "/sums").await;
    for (sent, sum) in [(Message::text("1"), "[1]"), (Message::binary(b" 41 ".to_vec()), "[42]")] {
        socket.send(sent).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(sum));
    }
    socket.send(Message::text("x")).await.unwrap();
    let Message::Close(Some(frame)) = socket.next().await.unwrap().unwrap() else {
        panic!("expected a Close")
    };
    assert_eq!(frame.code, CloseCode::Error);
}

#[tokio::test]
async fn an_end_of_the_application_is_understood() {
    let mut socket = open(client().0.connect(), "/closes").await;
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("before"));
    let Message::Close(Some(frame)) = socket.next().await.unwrap().unwrap() else {
        panic!("expected a Close")
    };
    assert_eq!((frame.code, frame.reason.as_str()), (CloseCode::Policy, "enough"));
    assert!(socket.next().await.is_none());
}
