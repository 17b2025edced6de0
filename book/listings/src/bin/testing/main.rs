//! "Tests": a small shop, its links, and a client that goes through it.

use serde::{Deserialize, Serialize};
use server::{
    Cookies, Created, Form, Json, MultipartForm, Query, Redirect, Routes, Server, UploadedFile,
    cookie::Cookie, get, post, routes,
};

// ANCHOR: program
/// What one looks for.
#[derive(Serialize, Deserialize)]
struct Filter {
    #[serde(default)]
    tag: Vec<String>,
    most: Option<u32>,
}

/// The things on offer.
#[get("/things")]
async fn things(Query(filter): Query<Filter>) -> String {
    format!("{:?} for at most {:?}\n", filter.tag, filter.most)
}

/// The one way to what is cheap.
#[get("/bargains")]
async fn bargains() -> server::Result<Redirect> {
    let filter = Filter { tag: vec!["odds & ends".to_owned()], most: Some(5) };
    Ok(Redirect::see_other(ROUTES.url(things::url().query(&filter))?))
}

const ROUTES: Routes = routes!["/shop" => [things, thing, offer, bargains, enter, visitor, picture]];
// ANCHOR_END: program

#[derive(Serialize, Deserialize)]
struct Thing {
    name: String,
    price: u32,
}

/// One of them.
#[get("/things/:id")]
async fn thing(id: u32) -> Json<Thing> {
    Json(Thing { name: format!("thing {id}"), price: 3 })
}

/// Offers a thing.
#[post("/things")]
async fn offer(Json(thing): Json<Thing>) -> server::Result<Created<Json<Thing>>> {
    Ok(Created::at(ROUTES.url(thing::url(7))?, Json(thing)))
}

#[derive(Serialize, Deserialize)]
struct Visitor {
    name: String,
}

/// Remembers who comes.
#[post("/door")]
async fn enter(mut cookies: Cookies, Form(visitor): Form<Visitor>) -> (Cookies, &'static str) {
    cookies.set(Cookie::build(("visitor", visitor.name)).path("/shop"));
    (cookies, "come in\n")
}

/// Who came.
#[get("/visitor")]
async fn visitor(cookies: Cookies) -> String {
    cookies.get("visitor").unwrap_or("nobody").to_owned()
}

#[derive(Deserialize)]
struct Picture {
    caption: String,
    image: UploadedFile,
}

/// Takes a picture of a thing.
#[post("/pictures")]
async fn picture(MultipartForm(picture): MultipartForm<Picture>) -> String {
    format!("{}, {} bytes\n", picture.caption, picture.image.content().len())
}

#[server::main]
async fn main() -> server::Result {
    Server::new(ROUTES).run().await
}

// ANCHOR: routes
#[cfg(test)]
mod tests {
    use server::testing::{Client, FormData};

    use super::*;

    #[server::test]
    async fn routes_are_called_by_their_url() {
        let client = Client::new(ROUTES);
        let filter = Filter { tag: vec!["a".to_owned(), "b".to_owned()], most: None };
        let response = client.call(things::url().query(&filter)).await;
        response.assert_status(200).assert_text("[\"a\", \"b\"] for at most None\n");
        client
            .get("/shop/bargains")
            .await
            .assert_header("location", "/shop/things?tag=odds%20%26%20ends&most=5");
    }
    // ANCHOR_END: routes

    // ANCHOR: bodies
    #[server::test]
    async fn bodies_are_written_from_values() {
        let client = Client::new(ROUTES);
        let thing = Thing { name: "a lamp".to_owned(), price: 9 };
        client.call(offer::url()).json(&thing).await.assert_status(201).assert_json(&thing);

        let form = FormData::new().text("caption", "At night").file("image", "lamp.png", "image/png", b"PNG");
        client.call(picture::url()).multipart(form).await.assert_text("At night, 3 bytes\n");
    }
    // ANCHOR_END: bodies

    // ANCHOR: cookies
    #[server::test]
    async fn visitors_are_remembered() {
        let client = Client::new(ROUTES);
        client.call(enter::url()).form(&[("name", "Ada")]).await.assert_status(200);
        client.call(visitor::url()).await.assert_text("Ada");
        client.another().call(visitor::url()).await.assert_text("nobody");
    }
    // ANCHOR_END: cookies

    // ANCHOR: failing
    #[server::test]
    #[should_panic(expected = "expected the status 201, found 422 Unprocessable Entity")]
    async fn says_what_was_sent_and_what_came() {
        let client = Client::new(ROUTES);
        let request = client.call(offer::url()).header("authorization", "Bearer 7b0f51c2a9d84e63");
        request.json(&["a lamp"]).await.assert_status(201);
    }
    // ANCHOR_END: failing
}
