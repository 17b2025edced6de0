#![deny(warnings)]
//! Handlers and parameters may be called like what generated code uses.

use server::{Endpoint, Handle, get, route};

mod shadows {
    #![allow(non_snake_case)]

    use server::get;

    #[get("/ok/:request")]
    pub async fn Ok(request: &str) -> &'static str {
        let _ = request;
        "ok"
    }

    #[get("/some/:state/:next")]
    pub async fn Some(state: u8, next: char) -> &'static str {
        let _ = (state, next);
        "some"
    }

    #[get("/box/:url")]
    pub async fn Box(url: String) -> &'static str {
        let _ = url;
        "box"
    }

    #[get("/result/:result")]
    pub async fn Result(result: u64) -> &'static str {
        let _ = result;
        "result"
    }
}

#[get("/:type")]
async fn r#type(r#type: u64) -> &'static str {
    let _ = r#type;
    "type"
}

#[route(GET | "PURGE", "/config")]
async fn config() -> &'static str {
    "config"
}

#[get("/std/:core")]
fn std(core: u64) -> &'static str {
    let _ = core;
    "std"
}

fn routed<H: Endpoint + Handle<()>>() {}

fn main() {
    routed::<shadows::Ok>();
    routed::<shadows::Some>();
    routed::<shadows::Box>();
    routed::<shadows::Result>();
    routed::<r#type>();
    routed::<config>();
    routed::<std>();
    assert_eq!(r#type::url(7), "/7");
    assert_eq!(shadows::Some::url(1, 'a'), "/some/1/a");
    assert_eq!(config::ROUTE.methods, ["GET", "PURGE"]);
}
