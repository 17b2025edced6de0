use server::get;

#[get("/motd")]
async fn motd() -> Result<String, std::io::Error> {
    std::fs::read_to_string("/etc/motd")
}

const ROUTES: server::Routes = server::routes![motd];

fn main() {
    drop(server::Server::new(ROUTES));
}
