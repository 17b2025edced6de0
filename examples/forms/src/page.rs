//! The pages. Whatever came from a client goes through [`Text`], and nothing else does.

use std::fmt::{self, Display, Write};

use server::{IntoResponse, Problem, RequestFacts, Response};

use crate::draft::{Draft, MAX_FILE};
use crate::receipt::Receipt;

/// A fault: its field's name, and what is wrong.
type Fault<'a> = (String, &'a str);

/// The form with what was typed, and each fault beside its field.
pub(crate) fn form(draft: &Draft, faults: &[Fault<'_>]) -> String {
    let summary = match faults.len() {
        0 => String::new(),
        _ => "<p class=\"summary\" role=\"alert\">Nothing was handed in yet: see what is marked below.</p>"
            .to_owned(),
    };
    let input = |kind, name, complete, value| {
        let (mark, fault) = beside(name, faults);
        let value = Text(value);
        format!(
            "<input id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{complete}\" value=\"{value}\"{mark}>{fault}"
        )
    };
    let (note_mark, note_fault) = beside("note", faults);
    let (file_mark, file_fault) = beside("file", faults);
    // Checked here and not by the browser (`novalidate`), so that everyone reads the same words in the same place. What
    // stands in a textarea begins after one line break.
    let main = format!(
        "<h1>Hand in a file</h1>
<p>You get a receipt with its size and checksum. The file itself is not kept.</p>
{summary}
<form method=\"post\" action=\"/\" enctype=\"multipart/form-data\" novalidate>
<label for=\"name\">Your name</label>
{name}
<label for=\"email\">Your address</label>
{email}
<label for=\"note\">A note <small>if you like</small></label>
<textarea id=\"note\" name=\"note\" rows=\"3\"{note_mark}>
{note}</textarea>{note_fault}
<label for=\"file\">The file <small>{limit} KiB at most</small></label>
<input id=\"file\" name=\"file\" type=\"file\"{file_mark}>{file_fault}
<button>Hand in</button>
</form>",
        name = input("text", "name", "name", &draft.name),
        email = input("email", "email", "email", &draft.email),
        note = Text(&draft.note),
        limit = MAX_FILE / 1024,
    );
    page("Hand in a file", &main)
}

/// What stands in the field's tag, and what behind it.
fn beside(name: &str, faults: &[Fault<'_>]) -> (String, String) {
    let faults: Vec<&str> = faults.iter().filter(|(field, _)| field == name).map(|(_, text)| *text).collect();
    if faults.is_empty() {
        return (String::new(), String::new());
    }
    let mark = format!(" aria-invalid=\"true\" aria-describedby=\"{name}-fault\"");
    (mark, format!("\n<p class=\"fault\" id=\"{name}-fault\">{}</p>", Text(&faults.join("; "))))
}

/// The receipts, the newest first.
pub(crate) fn receipts(receipts: &[Receipt]) -> String {
    let mut main = "<h1>Your receipts</h1>".to_owned();
    for Receipt { file, bytes, checksum, note } in receipts {
        let note = if note.trim().is_empty() { String::new() } else { format!("\n<p>{}</p>", Text(note)) };
        main += &format!(
            "
<article>
<h2>{}</h2>{note}
<dl>
<dt>Size</dt><dd class=\"size\">{bytes} bytes</dd>
<dt>SHA-256</dt><dd class=\"checksum\"><code>{checksum}</code></dd>
</dl>
</article>",
            Text(file)
        );
    }
    main += "
<p><a href=\"/\">Hand in another file</a></p>
<form method=\"post\" action=\"/forget\"><button class=\"quiet\" id=\"forget\">Forget me</button></form>";
    page("Your receipts", &main)
}

// ANCHOR: problem
/// What went wrong, as a page of this site; programs get the document that they know.
pub(crate) fn problem(problem: &Problem, request: &RequestFacts) -> Response {
    if request.accept().best_of(&["application/problem+json", "text/html"]) != Some("text/html") {
        return problem.clone().into_response();
    }
    let (title, detail) = (Text(problem.title_text()), Text(problem.detail_text().unwrap_or_default()));
    let main = format!(
        "<h1>{title}</h1>\n<p class=\"detail\">{detail}</p>\n<p><a href=\"/\">Back to the form</a></p>\n<p><small>Request {}</small></p>",
        request.id()
    );
    Response::new(problem.status()).header("vary", "accept").html(page(problem.title_text(), &main))
}
// ANCHOR_END: problem

/// A whole page around `main`, which is HTML.
fn page(title: &str, main: &str) -> String {
    format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>{}</title>
<link rel=\"stylesheet\" href=\"/style.css\">
</head>
<body>
<main>
{main}
</main>
</body>
</html>
",
        Text(title)
    )
}

// ANCHOR: text
/// Text between tags, or in an attribute within quotes: nothing in it is read as HTML.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
// ANCHOR_END: text

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_typed_is_html() {
        let typed = "\"><script>'&".to_owned();
        let escaped = "&quot;&gt;&lt;script&gt;&#39;&amp;";
        let draft = Draft { name: typed.clone(), email: typed.clone(), note: typed.clone(), file: None };
        let shown = form(&draft, &[("name".to_owned(), typed.as_str())]);
        assert_eq!(shown.matches(escaped).count(), 4, "{shown}");
        assert!(!shown.contains("<script"), "{shown}");

        let receipt = Receipt { file: typed.clone(), bytes: 3, checksum: String::new(), note: typed };
        let shown = receipts(&[receipt]);
        assert_eq!(shown.matches(escaped).count(), 2, "{shown}");
        assert!(!shown.contains("<script"), "{shown}");
    }

    #[test]
    fn a_fault_stands_beside_its_field_alone() {
        let shown = form(&Draft::default(), &[("email".to_owned(), "one"), ("email".to_owned(), "two")]);
        assert!(shown.contains("<p class=\"fault\" id=\"email-fault\">one; two</p>"), "{shown}");
        assert_eq!(shown.matches("aria-invalid").count(), 1, "{shown}");
        assert!(!form(&Draft::default(), &[]).contains("alert"));
    }
}
