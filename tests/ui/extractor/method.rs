use server::{Bearer, extractor, get};

struct User(String);

impl User {
    #[extractor]
    async fn of(self, token: Bearer) -> User {
        User(token.token().to_owned() + &self.0)
    }
}

#[get("/me")]
async fn me(user: User) -> String {
    user.0
}

const ROUTES: server::Routes = server::routes![me];

fn main() {
    drop(server::Server::new(ROUTES));
}
