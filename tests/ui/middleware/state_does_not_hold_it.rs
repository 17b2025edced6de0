use server::{Next, Request, Response, State, middleware};

#[derive(Clone)]
struct Label(String);

#[derive(server::State)]
struct App {
    name: String,
}

#[middleware(state = App)]
async fn log(label: State<Label>, request: Request, next: Next<'_>) -> Response {
    println!("{}: {}", label.0.0, request.path());
    next.run(request).await
}

fn main() {}
