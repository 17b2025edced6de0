//! `examples/forms`: a person with a browser, and a program that is shown each answer.

use std::path::Path;

use fingerpost_tests::{Answer, App};

use super::browser::{Browser, Folder};
use super::programs::start;

/// SHA-256 of the three bytes `abc` (FIPS 180-2, appendix B.1).
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// Writes a file and returns its path as a person would type it.
fn file(folder: &Folder, name: &str, content: &[u8]) -> String {
    let path = folder.0.join(Path::new(name));
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_person_hands_in_a_file() {
    let (app, folder, browser) = (start("forms"), Folder::new("forms"), Browser::start());
    let site = format!("http://{}", app.address());
    let fields = [("#name", "Your name"), ("#email", "Your address"), ("#file", "The file 256 KiB at most")];

    browser.open(&site);
    assert_eq!(browser.text("h1"), "Hand in a file");
    for (field, label) in fields {
        assert_eq!(browser.label(field), label);
    }

    // Wrong: no file, no address; what was typed is there again.
    browser.enter("#name", "Ada \"<b>&");
    browser.enter("#email", "ada");
    browser.enter("#note", "two\nlines </textarea>");
    browser.click("button");
    assert_eq!(browser.text("#email-fault"), "not a valid email: value is missing `@`");
    assert_eq!(browser.text("#file-fault"), "choose a file");
    assert_eq!((browser.count(".fault"), browser.count("b")), (2, 0));
    assert_eq!(browser.count("#email[aria-invalid=true][aria-describedby=email-fault]"), 1);
    assert_eq!(browser.value("#name"), "Ada \"<b>&");
    assert_eq!(browser.value("#email"), "ada");
    assert_eq!(browser.value("#note"), "two\nlines </textarea>");
    assert!(browser.cookies().is_empty(), "nothing was handed in");

    // Right: the receipt, at an address of its own.
    browser.clear("#email");
    browser.enter("#email", "ada@example.org");
    browser.enter("#file", &file(&folder, "a <b>.txt", b"abc"));
    browser.click("button");
    assert_eq!(browser.text("h2"), "a <b>.txt");
    assert_eq!(browser.url(), format!("{site}/receipts"));
    assert_eq!(browser.text(".size"), "3 bytes");
    assert_eq!(browser.text(".checksum"), ABC);

    // A reload hands in nothing, and the session lasts.
    browser.reload();
    assert_eq!((browser.text(".checksum").as_str(), browser.count("article")), (ABC, 1));
    let cookies = browser.cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert_eq!((&cookies[0]["name"], &cookies[0]["httpOnly"]), (&"session".into(), &true.into()));
    assert_eq!(cookies[0]["sameSite"], "Lax");
    browser.open(&site);
    assert_eq!(browser.value("#name"), "Ada \"<b>&");
    assert_eq!(browser.value("#email"), "ada@example.org");

    // Who is forgotten is asked anew.
    browser.open(&format!("{site}/receipts"));
    browser.click("#forget");
    assert_eq!(browser.value("#name"), "");
    assert!(browser.cookies().is_empty());
    browser.open(&format!("{site}/receipts"));
    assert_eq!(browser.url(), format!("{site}/"));
}

#[test]
fn a_person_reads_why_a_file_is_too_large() {
    let (app, folder, browser) = (start("forms"), Folder::new("forms"), Browser::start());
    let site = format!("http://{}", app.address());
    // Over the part's limit, over the body's, and far over it.
    for (kibibytes, detail) in [
        (257, "multipart: part `file`: expected at most 262144 bytes"),
        (1025, "the body is larger than the limit of 1048576 bytes"),
        (20_000, "the body is larger than the limit of 1048576 bytes"),
    ] {
        browser.open(&site);
        browser.clear("#name");
        browser.enter("#name", "Ada");
        browser.enter("#email", "ada@example.org");
        browser.enter("#file", &file(&folder, "large", &vec![b'a'; kibibytes * 1024]));
        browser.click("button");
        let found = browser.text(".detail");
        assert!(found.contains(detail), "{kibibytes} KiB: {found}");
        assert_eq!(browser.text("h1"), "Payload Too Large");
        browser.click("a");
        assert_eq!(browser.text("h1"), "Hand in a file");
    }
}

/// Sends a form as a browser does.
fn send(app: &App, accept: &str, parts: &[(&str, &str)]) -> Answer {
    let part = |(head, content): &(&str, &str)| {
        format!("--xyz\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    let body: String = parts.iter().map(part).chain(["--xyz--\r\n".to_owned()]).collect();
    let call = app.call("POST", "/").field("Accept", accept);
    call.body("multipart/form-data; boundary=xyz", body).send().unwrap()
}

#[test]
fn each_answer_has_its_status() {
    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
    let app = start("forms");
    let (name, email) = (("name=name", "Ada"), ("name=email", "ada@example.org"));
    let file = ("name=file; filename=abc.txt", "abc");

    let taken = send(&app, BROWSER, &[name, email, file]);
    assert_eq!((taken.status(), taken.field("location")), (303, Some("/receipts")));
    let cookie = taken.field("set-cookie").unwrap();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600"), "{cookie}");
    let (cookie, _) = cookie.split_once(';').unwrap();
    let receipts = app.get("/receipts").field("Cookie", cookie).send().unwrap();
    assert!(receipts.text().contains(ABC), "{}", receipts.text());
    assert_eq!(receipts.field("cache-control"), Some("no-store"));
    assert!(receipts.field("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(app.get("/receipts").send().unwrap().status(), 303);

    let refused = send(&app, BROWSER, &[name, email]);
    assert_eq!((refused.status(), refused.field("set-cookie")), (422, None));
    assert!(refused.text().contains("id=\"file-fault\""), "{}", refused.text());
    // Nothing at all is as good as empty fields; an empty file is one.
    assert_eq!(send(&app, BROWSER, &[]).text().matches("class=\"fault\"").count(), 3);
    assert_eq!(send(&app, BROWSER, &[name, email, ("name=file; filename=empty", "")]).status(), 303);

    assert_eq!(send(&app, BROWSER, &[name, email, ("name=file; filename=\"\"", "abc")]).status(), 303);

    let elsewhere = app.call("POST", "/forget").field("Accept", BROWSER).field("Cookie", cookie);
    let elsewhere = elsewhere.field("Sec-Fetch-Site", "cross-site").send().unwrap();
    assert_eq!((elsewhere.status(), elsewhere.field("set-cookie")), (403, None));
    assert!(elsewhere.text().contains("<h1>Forbidden</h1>"), "{}", elsewhere.text());
    assert_eq!(app.get("/receipts").field("Cookie", cookie).send().unwrap().status(), 200);

    let many = send(&app, "*/*", &[name, name, name, name, name]);
    assert_eq!((many.status(), many.field("content-type")), (413, Some("application/problem+json")));
    let style = app.get("/style.css").send().unwrap();
    assert_eq!(style.field("content-type"), Some("text/css; charset=utf-8"));
}
