//! The examples, and a program of the book, end to end: each as it is built for users, over a real socket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../apps/browser.rs"]
mod browser;
#[path = "../apps/chat.rs"]
mod chat;
#[path = "../apps/configured.rs"]
mod configured;
#[cfg(unix)]
#[path = "../apps/files.rs"]
mod files;
#[path = "../apps/forms.rs"]
mod forms;
#[path = "../apps/hello.rs"]
mod hello;
#[path = "../apps/probe.rs"]
mod probe;
#[path = "../apps/programs.rs"]
mod programs;
#[path = "../apps/proxy.rs"]
mod proxy;
#[cfg(unix)]
#[path = "../apps/reloaded.rs"]
mod reloaded;
#[path = "../apps/service.rs"]
mod service;
#[path = "../apps/surface.rs"]
mod surface;
#[path = "../apps/ticker.rs"]
mod ticker;
#[path = "../apps/users.rs"]
mod users;
