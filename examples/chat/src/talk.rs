//! One page's WebSocket, from its coming to its going.

use server::{Membership, Rooms, WebSocket};

use crate::history::History;
use crate::message::{Asked, RoomName, Said, Saying, Told};

// ANCHOR: talk
/// Tells a page what is said, and has said what it says.
///
/// The page joins first and asks for what it missed then: so it may hear something twice or before its turn, which the
/// numbers tell it, and nothing is lost between the two.
pub(crate) async fn talk(
    room: RoomName,
    mut socket: WebSocket,
    rooms: &Rooms,
    history: &History,
) -> server::Result {
    let member = rooms.join(room.as_str(), &socket);
    while let Some(asked) = socket.recv_json().await {
        match asked {
            Ok(Asked::After { after }) => {
                let (messages, more) = history.after(&room, after).await?;
                socket.send_json(&Told::Said { messages: &messages, more }).await?;
            }
            Ok(Asked::Say(saying)) => match saying.fault() {
                Some(reason) => {
                    socket.send_json(&Told::Refused { key: Some(&saying.key), reason }).await?;
                }
                None => say(&room, &member, history, &saying).await?,
            },
            Err(_) => {
                let reason = "expected `after`, or `key`, `author` and `text`";
                socket.send_json(&Told::Refused { key: None, reason }).await?;
            }
        }
    }
    Ok(())
}

/// Writes something down and tells the room, the author as well: then the page knows that it was said.
async fn say(room: &RoomName, member: &Membership, history: &History, saying: &Saying) -> server::Result {
    let turn = history.turn().await;
    // Said before, by a page that was cut off before it heard so: it is told when it asks.
    let Some(said) = turn.add(room, saying).await? else { return Ok(()) };
    let messages: &[Said] = &[said];
    member.room().send_json(&Told::Said { messages, more: false }).await?;
    Ok(())
}
// ANCHOR_END: talk
