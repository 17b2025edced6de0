//! [`FormData`]: a body of `multipart/form-data` (RFC 7578) as a browser writes it.

/// A form with files, for [`RequestBuilder::multipart`](super::RequestBuilder::multipart).
///
/// ```
/// use serde::Deserialize;
/// use server::testing::{Client, FormData};
/// use server::{MultipartForm, UploadedFile, post, routes};
///
/// #[derive(Deserialize)]
/// struct Book {
///     title: String,
///     cover: UploadedFile,
/// }
///
/// #[post("/books")]
/// async fn add(MultipartForm(book): MultipartForm<Book>) -> String {
///     format!("{}, {} bytes of cover", book.title, book.cover.content().len())
/// }
///
/// # #[server::main]
/// # async fn main() {
/// let form = FormData::new().text("title", "Emma").file("cover", "emma.png", "image/png", b"PNG");
/// let response = Client::new(routes![add]).post("/books").multipart(form).await;
/// response.assert_text("Emma, 3 bytes of cover");
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a form does nothing until it is sent"]
pub struct FormData {
    /// Head and content of each, the head without the empty line.
    parts: Vec<(String, Vec<u8>)>,
}

impl FormData {
    /// A form without parts.
    #[inline]
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds a text.
    #[inline]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.part(format!("name=\"{}\"", quoted(name)), value.as_bytes())
    }

    /// Adds a file with its name and its media type.
    ///
    /// # Panics
    ///
    /// When the media type has a line break in it.
    pub fn file(self, name: &str, file_name: &str, media_type: &str, content: impl AsRef<[u8]>) -> Self {
        assert!(!media_type.contains(['\r', '\n']), "expected a media type, found {media_type:?}");
        let (name, file_name) = (quoted(name), quoted(file_name));
        let head = format!("name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: {media_type}");
        self.part(head, content.as_ref())
    }

    #[inline]
    fn part(mut self, head: String, content: &[u8]) -> Self {
        self.parts.push((head, content.to_vec()));
        self
    }

    /// The content type, and the body.
    #[inline]
    pub(super) fn finish(self) -> (String, Vec<u8>) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for (head, content) in &self.parts {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// One that stands in no content; the same form has the same, so that tests repeat.
    #[inline]
    fn boundary(&self) -> String {
        let mut number = 0_u32;
        loop {
            let boundary = format!("form-data-{number}");
            let is_within =
                |content: &[u8]| content.windows(boundary.len()).any(|window| window == boundary.as_bytes());
            if !self.parts.iter().any(|(_, content)| is_within(content)) {
                return boundary;
            }
            number += 1;
        }
    }
}

/// A name as browsers write it (HTML Standard §4.10.21.7).
#[inline]
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
