use server::{Next, Request, Response, State, middleware};

#[middleware]
async fn log(users: State<Usrs>, request: Request, next: Next<'_>) -> Response {
    let _ = users;
    next.run(request).await
}

fn main() {}
