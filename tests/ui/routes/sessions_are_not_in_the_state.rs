use server::{Routes, Session, get, routes};

#[derive(server::State)]
struct App {
    name: String,
}

#[get("/me")]
async fn me(session: Session) -> Option<String> {
    session.get("name")
}

const ROUTES: Routes<App> = routes![me];

fn main() {
    drop(server::Server::new(ROUTES).state(App { name: "shop".to_owned() }));
}
