//! Two values of one type: one is skipped, the other has a type of its own.

use server::{Provides, State};

#[derive(Clone)]
struct Replica(String);

#[derive(server::State)]
struct App {
    primary: String,
    replica: Replica,
    #[state(skip)]
    password: String,
}

fn main() {
    let app = App { primary: "a".to_owned(), replica: Replica("b".to_owned()), password: "c".to_owned() };
    let (primary, replica): (&String, &Replica) = (app.provide(), app.provide());
    assert_eq!((primary.as_str(), replica.0.as_str(), app.password.as_str()), ("a", "b", "c"));
    assert_eq!(State(primary.clone()).len(), 1);
}
