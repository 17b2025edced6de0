use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::refusal;
use crate::{FromRequest, IntoResponse, Method, Problem, Rejected, Request, State, StatusCode, extractor};

/// How often something ran.
#[derive(Clone, Default)]
struct Count(Arc<AtomicU32>);

#[derive(server::State, Default)]
struct App {
    count: Count,
}

#[derive(Debug, PartialEq)]
struct Language(String);

/// Cannot fail.
#[extractor]
async fn language(request: &mut Request) -> Language {
    Language(request.header("accept-language").unwrap_or("en").to_owned())
}

#[derive(Debug, PartialEq)]
struct Token(u32);

/// Fails with its own error alone.
#[extractor]
async fn token(request: &mut Request) -> Result<Token, Problem> {
    let token = request.header("x-token").and_then(|text| text.parse().ok());
    token.map(Token).ok_or_else(|| refusal(StatusCode::UNAUTHORIZED, "no token"))
}

#[derive(Debug, PartialEq, Clone)]
struct User {
    id: u32,
    language: String,
}

/// Is made of others, counts its runs, and refuses the user 13.
#[extractor(cached)]
async fn user(Token(id): Token, language: Language, count: State<Count>) -> Result<User, Problem> {
    count.0.0.fetch_add(1, Ordering::Relaxed);
    match id {
        13 => Err(refusal(StatusCode::FORBIDDEN, "no luck")),
        id => Ok(User { id, language: language.0 }),
    }
}

type ApiResult<T> = Result<T, Problem>;

struct Admin(User);

/// Says its error through an alias, and is for one state.
#[extractor(state = App)]
async fn admin(user: User) -> ApiResult<Admin> {
    if user.id == 1 { Ok(Admin(user)) } else { Err(refusal(StatusCode::NOT_FOUND, "nothing here")) }
}

struct Upload;

/// Takes the body out of the request itself.
#[extractor(takes_body)]
async fn upload(request: &mut Request) -> Upload {
    drop(request.take_body());
    Upload
}

struct Signed;

#[extractor]
async fn signed(_: Token, _: Upload) -> Signed {
    Signed
}

fn request(token: Option<&'static str>) -> Request {
    let mut request = Request::new(Method::GET, "/");
    if let Some(token) = token {
        request.headers_mut().insert("x-token", crate::HeaderValue::from_static(token));
    }
    request
}

#[server::test]
async fn the_type_becomes_an_extractor() {
    assert_eq!(Language::from_request(&mut request(None), &()).await, Ok(Language("en".to_owned())));
    assert_eq!(Token::from_request(&mut request(Some("7")), &()).await.ok(), Some(Token(7)));
    let refused = Token::from_request(&mut request(None), &()).await.expect_err("there is no token");
    assert_eq!(refused.status(), 401);
}

#[server::test]
async fn the_function_stays_one() {
    let made = user(Token(7), Language("de".to_owned()), State(Count::default())).await;
    assert_eq!(made.ok(), Some(User { id: 7, language: "de".to_owned() }));
}

#[server::test]
async fn an_argument_refuses_with_its_own_answer() {
    let rejected =
        User::from_request(&mut request(None), &App::default()).await.expect_err("there is no token");
    assert!(matches!(rejected, Rejected::Argument(_)));
    assert_eq!(rejected.into_response().status(), 401);
}

#[server::test]
async fn the_function_refuses_with_its_error() {
    let rejected =
        User::from_request(&mut request(Some("13")), &App::default()).await.expect_err("13 is refused");
    assert!(matches!(&rejected, Rejected::Function(problem) if problem.detail_text() == Some("no luck")));
    assert_eq!(rejected.into_response().status(), 403);
}

#[server::test]
async fn a_cached_value_is_made_once_a_request() {
    let (app, mut first) = (App::default(), request(Some("1")));
    for _ in 0..3 {
        assert_eq!(User::from_request(&mut first, &app).await.map(|user| user.id).ok(), Some(1));
    }
    assert!(Admin::from_request(&mut first, &app).await.is_ok_and(|admin| admin.0.id == 1));
    assert_eq!(app.count.0.load(Ordering::Relaxed), 1);
    assert!(User::from_request(&mut request(Some("2")), &app).await.is_ok());
    assert_eq!(app.count.0.load(Ordering::Relaxed), 2, "another request has a value of its own");
}

#[server::test]
async fn a_refusal_is_not_cached() {
    let (app, mut request) = (App::default(), request(Some("13")));
    for _ in 0..2 {
        assert!(User::from_request(&mut request, &app).await.is_err());
    }
    assert_eq!(app.count.0.load(Ordering::Relaxed), 2);
}

#[server::test]
async fn takes_the_body_where_an_argument_does() {
    const {
        assert!(<Upload as FromRequest<()>>::TAKES_BODY);
        assert!(<Signed as FromRequest<()>>::TAKES_BODY);
        assert!(!<User as FromRequest<App>>::TAKES_BODY);
    }
    assert!(Signed::from_request(&mut request(Some("1")), &()).await.is_ok());
}

#[server::test]
async fn options_and_results_take_it_apart() {
    let app = App::default();
    let none =
        Option::<User>::from_request(&mut request(None), &app).await.expect("an option is never refused");
    assert_eq!(none, None);
    let refused = Result::<User, Rejected<Problem>>::from_request(&mut request(Some("13")), &app).await;
    assert!(refused.is_ok_and(|inner| inner.is_err()));
}
