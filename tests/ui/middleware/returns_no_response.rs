use std::collections::BTreeMap;

use server::{Next, Request, middleware};

#[middleware]
async fn count(request: Request, next: Next<'_>) -> BTreeMap<u16, u32> {
    let response = next.run(request).await;
    BTreeMap::from([(response.status().as_u16(), 1)])
}

fn main() {}
