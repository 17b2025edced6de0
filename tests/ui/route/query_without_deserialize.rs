use server::{Query, get};

struct Paging {
    page: u32,
}

#[get("/posts")]
async fn posts(paging: Query<Paging>) -> String {
    paging.page.to_string()
}

fn main() {}
