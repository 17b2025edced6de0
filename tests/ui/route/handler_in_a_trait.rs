use server::get;

trait Api {
    #[get("/users")]
    async fn users(&self) -> String;
}

fn main() {}
