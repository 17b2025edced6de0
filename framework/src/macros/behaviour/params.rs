//! Parameters at fault: a request is told of all of them.

use super::route::{call, told};
use crate::get;

#[get("/owned/:id/:on/:sign")]
async fn owned(id: u64, on: bool, sign: char) -> String {
    format!("{id} {on} {sign}")
}

#[get("/mixed/:id/:name/:on")]
async fn mixed(name: &str, on: bool, id: u64, accept: crate::Accept) -> String {
    drop(accept);
    format!("{id} {name} {on}")
}

#[get("/blocking/:first/:second/:size")]
fn blocking(first: &str, second: &str, size: u16) -> String {
    format!("{first} {second} {size}")
}

#[get("/one/:name")]
async fn one(name: &str, accept: crate::Accept) -> String {
    drop(accept);
    name.to_owned()
}

#[test]
fn all_are_told_at_once() {
    let rows = [
        (call::<owned> as fn(&str) -> _, "/owned/7/true/x", 200, "7 true x"),
        (
            call::<owned>,
            "/owned/x/yes/ab",
            400,
            "`id`: expected an unsigned 64-bit integer, found `x`; `on`: expected `true` or `false`, found `yes`; \
             `sign`: expected a single character, found `ab`",
        ),
        (call::<owned>, "/owned/7/true/ab", 400, "`sign`: expected a single character, found `ab`"),
        (call::<mixed>, "/mixed/7/a%20b/true", 200, "7 a b true"),
        (
            call::<mixed>,
            "/mixed/x/%FF/yes",
            400,
            "`name`: expected UTF-8, found `%FF`; `on`: expected `true` or `false`, found `yes`; \
             `id`: expected an unsigned 64-bit integer, found `x`",
        ),
        (call::<mixed>, "/mixed/7/%FF/true", 400, "`name`: expected UTF-8, found `%FF`"),
        (call::<blocking>, "/blocking/a/b/3", 200, "a b 3"),
        (
            call::<blocking>,
            "/blocking/%FF/%FE/3",
            400,
            "`first`: expected UTF-8, found `%FF`; `second`: expected UTF-8, found `%FE`",
        ),
        (call::<one>, "/one/%FF", 400, "`name`: expected UTF-8, found `%FF`"),
    ];
    for (call, target, status, text) in rows {
        assert_eq!(told(call(target)), (status, text.to_owned()), "{target}");
    }
}

#[test]
fn several_are_a_list_for_programs() {
    let document = |target| {
        let response = call::<owned>(target);
        response.problem_ref().unwrap().parsed_document(crate::http::RequestId::generate())
    };
    let several = document("/owned/x/true/ab");
    assert_eq!(several["param"], "id");
    assert_eq!(several["errors"][1]["param"], "sign");
    assert_eq!(several["errors"][1]["detail"], "`sign`: expected a single character, found `ab`");
    let one = document("/owned/7/true/ab");
    assert_eq!((&one["param"], one.get("errors")), (&"sign".into(), None));
}
