//! JSON in and out, against `serde_json` alone: what is more is ours.

use std::hint::black_box;

use serde::{Deserialize, Serialize};
use server::{IntoResponse, Json};

use crate::case::Case;

/// About 500 bytes as JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Order {
    id: u64,
    customer: String,
    lines: Vec<Line>,
    note: Option<String>,
    paid: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Line {
    article: String,
    count: u32,
    price: f64,
}

impl Order {
    pub(crate) fn example() -> Self {
        let line = |count| Line {
            article: format!("Article number {count}, as the catalogue has it"),
            count,
            price: 19.5 + f64::from(count),
        };
        Self {
            id: 4_711,
            customer: "Ada Lovelace".to_owned(),
            lines: (1..6).map(line).collect(),
            note: None,
            paid: true,
        }
    }

    pub(crate) fn json() -> Vec<u8> {
        serde_json::to_vec(&Self::example()).expect("an order can be written")
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let (json, theirs) = (Order::json(), Order::json());
    assert!(Json::<Order>::parse(&json).is_ok());
    let input = Case::new("json/in", move || {
        black_box(Json::<Order>::parse(black_box(&json)).is_ok());
    });
    let input = input.against("serde_json", move || {
        black_box(serde_json::from_slice::<Order>(black_box(&theirs)).is_ok());
    });
    let (order, theirs) = (Order::example(), Order::example());
    let output = Case::new("json/out", move || {
        black_box(Json(black_box(&order)).into_response());
    });
    let output = output.against("serde_json", move || {
        black_box(serde_json::to_vec(black_box(&theirs)).is_ok());
    });
    vec![input, output]
}
