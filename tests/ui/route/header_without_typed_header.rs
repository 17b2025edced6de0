use server::{Header, get};

#[get("/depth")]
async fn depth(Header(depth): Header<u8>) -> String {
    depth.to_string()
}

const ROUTES: server::Routes = server::routes![depth];

fn main() {
    drop(server::Server::new(ROUTES));
}
