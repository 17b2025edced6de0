//! `examples/users`: a client that writes, reads and errs.

use fingerpost_tests::{Answer, App};
use serde_json::{Value, json};

use super::browser::Folder;
use super::programs::{start, start_with};

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

#[track_caller]
fn send(app: &App, method: &str, target: &str, value: &Value, expected: u16) -> Answer {
    let answer = app.call(method, target).json(&value.to_string()).send().unwrap();
    assert_eq!(answer.status(), expected, "{method} {target} {value}: {}", answer.text());
    answer
}

#[track_caller]
fn get(app: &App, target: &str, expected: u16) -> Value {
    let answer = app.get(target).send().unwrap();
    assert_eq!(answer.status(), expected, "{target}: {}", answer.text());
    body(&answer)
}

fn ada() -> Value {
    json!({ "name": "Ada", "email": "ada@example.org" })
}

#[test]
fn keeps_a_user_from_creation_to_deletion() {
    let app = start("users");
    let created = send(&app, "POST", "/users", &ada(), 201);
    assert_eq!(created.field("location"), Some("/users/1"));
    assert_eq!(body(&created), json!({ "id": 1, "name": "Ada", "email": "ada@example.org" }));
    assert_eq!(get(&app, "/users/1", 200), body(&created));

    let changed = json!({ "name": "Ada Lovelace", "email": "ada@example.org" });
    let updated = send(&app, "PUT", "/users/1", &changed, 200);
    assert_eq!(body(&updated)["name"], "Ada Lovelace");
    assert_eq!(get(&app, "/users/1", 200)["name"], "Ada Lovelace");

    let deleted = app.call("DELETE", "/users/1").send().unwrap();
    assert_eq!((deleted.status(), deleted.body()), (204, [].as_slice()));
    assert_eq!(get(&app, "/users/1", 404)["detail"], "there is no user 1");
    assert_eq!(app.call("DELETE", "/users/1").send().unwrap().status(), 404);
}

#[test]
fn lists_a_page_at_a_time() {
    let app = start("users");
    for number in 1..=5 {
        let user = json!({ "name": format!("User {number}"), "email": format!("{number}@example.org") });
        send(&app, "POST", "/users", &user, 201);
    }
    let page = get(&app, "/users?page=2&per_page=2", 200);
    assert_eq!((&page["page"], &page["per_page"], &page["total"]), (&json!(2), &json!(2), &json!(5)));
    let ids: Vec<_> = page["users"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids, [json!(3), json!(4)]);

    assert_eq!(get(&app, "/users", 200)["users"].as_array().unwrap().len(), 5);
    assert_eq!(get(&app, "/users?page=4&per_page=2", 200)["users"], json!([]));
    for query in
        ["page=0", "page=-1", "page=1000001", "per_page=0", "per_page=101", "page=x", "page=1&page=2"]
    {
        let problem = get(&app, &format!("/users?{query}"), 400);
        assert_eq!(problem["status"], 400, "{query}: {problem}");
    }
}

#[test]
fn refuses_what_cannot_be_stored() {
    let app = start("users");
    send(&app, "POST", "/users", &ada(), 201);
    let taken = send(&app, "POST", "/users", &json!({ "name": "Eve", "email": "ADA@example.org" }), 409);
    assert_eq!(taken.field("content-type"), Some("application/problem+json"));
    send(&app, "POST", "/users", &json!({ "name": "", "email": "eve@example.org" }), 422);
    send(&app, "POST", "/users", &json!({ "name": "Eve", "email": "eve" }), 422);
    send(&app, "PUT", "/users/7", &json!({ "name": "Eve", "email": "eve@example.org" }), 404);
    assert_eq!(get(&app, "/users", 200)["total"], 1);

    let broken = app.call("POST", "/users").json("{\"name\":").send().unwrap();
    assert_eq!(broken.status(), 400, "{}", broken.text());
    let untyped = app.call("POST", "/users").body("text/plain", ada().to_string()).send().unwrap();
    assert_eq!(untyped.status(), 415, "{}", untyped.text());
    assert_eq!(get(&app, "/users/x", 400)["status"], 400);
}

#[test]
fn tells_how_long_an_answer_took() {
    let app = start("users");
    let answer = app.get("/users").send().unwrap();
    let timing = answer.field("server-timing").unwrap();
    let milliseconds = timing.strip_prefix("app;dur=").and_then(|text| text.parse::<f64>().ok());
    assert!(milliseconds.is_some_and(|milliseconds| milliseconds >= 0.0), "{timing}");
}

#[test]
fn finds_its_users_again_in_a_file() {
    let file = Folder::new("users");
    let url = format!("sqlite:{}", file.0.join("users.db").display());
    let app = start_with("users", &[("USERS_DATABASE", &url)]);
    send(&app, "POST", "/users", &ada(), 201);
    app.terminate().unwrap();
    let (status, log) = app.wait().unwrap();
    assert!(status.success(), "{status}\n{log}");

    let app = start_with("users", &[("USERS_DATABASE", &url)]);
    assert_eq!(get(&app, "/users/1", 200)["email"], "ada@example.org");
}

#[test]
fn serves_clients_that_write_at_the_same_time() {
    let file = Folder::new("users");
    let url = format!("sqlite:{}", file.0.join("users.db").display());
    let app = start_with("users", &[("USERS_DATABASE", &url)]);
    std::thread::scope(|scope| {
        for client in 0..8 {
            let app = &app;
            scope.spawn(move || {
                for number in 0..5 {
                    let email = format!("{number}@{client}.example.org");
                    send(app, "POST", "/users", &json!({ "name": "User", "email": email }), 201);
                }
            });
        }
    });
    assert_eq!(get(&app, "/users?per_page=1", 200)["total"], 40);
}
