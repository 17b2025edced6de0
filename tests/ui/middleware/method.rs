use server::{Next, Request, Response, middleware};

struct Log {
    label: String,
}

impl Log {
    #[middleware]
    async fn log(&self, request: Request, next: Next<'_>) -> Response {
        println!("{}: {}", self.label, request.path());
        next.run(request).await
    }
}

fn main() {}
