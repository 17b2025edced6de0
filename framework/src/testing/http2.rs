//! How the test client sends a request over HTTP/2.

use bytes::Bytes;
use h2::client::{SendRequest, handshake};
use h2::{Reason, RecvStream};
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::Scheme;
use http::{HeaderMap, Request, Uri, Version};
use tokio::io::AsyncReadExt;

use super::request::{Answering, RequestBuilder, join};
use super::response::{Received, TestResponse};

/// Sends a request on a connection of its own, and reads until the server has closed it.
#[inline]
pub(super) fn send(request: RequestBuilder) -> Answering {
    Box::pin(async move {
        let mut stream = request.client.connect();
        let (sender, connection) = match handshake(&mut stream).await {
            Ok(begun) => begun,
            Err(error) => panic!("expected a connection of HTTP/2, found {error}"),
        };
        // The connection ends once nobody can send on it.
        let (received, _) = join(exchange(sender, &request), connection).await;
        // Whoever observes the server was told by then.
        let _ = stream.read_to_end(&mut Vec::new()).await;
        TestResponse::new(received, request.encode(Version::HTTP_2))
    })
}

async fn exchange(sender: SendRequest<Bytes>, request: &RequestBuilder) -> Received {
    match answer(sender, request).await {
        Ok(received) => received,
        Err(error) => panic!("expected a response, found {error}"),
    }
}

async fn answer(sender: SendRequest<Bytes>, request: &RequestBuilder) -> Result<Received, h2::Error> {
    let mut sender = sender.ready().await?;
    let content = request.body.as_deref().map(Bytes::copy_from_slice);
    let (response, mut stream) = sender.send_request(head(request), content.is_none())?;
    if let Some(content) = content {
        // A server may answer, and want no more of it.
        let _ = stream.send_data(content, true);
    }
    let (head, mut body) = response.await?.into_parts();
    let mut received = Received { status: head.status, headers: head.headers, ..Received::default() };
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        received.body.extend_from_slice(&chunk);
    }
    received.trailers = trailers(body).await?;
    Ok(received)
}

/// What stands behind a body. A server that has answered early resets the stream without an error.
async fn trailers(mut body: RecvStream) -> Result<HeaderMap, h2::Error> {
    match body.trailers().await {
        Ok(trailers) => Ok(trailers.unwrap_or_default()),
        Err(error) if error.reason() == Some(Reason::NO_ERROR) => Ok(HeaderMap::new()),
        Err(error) => Err(error),
    }
}

/// The head: what `host` says is the authority.
#[inline]
fn head(request: &RequestBuilder) -> Request<()> {
    let mut fields = fields(request);
    let host = fields.get(HOST).map_or(b"localhost".as_slice(), |host| host.as_bytes());
    let uri =
        Uri::builder().scheme(Scheme::HTTP).authority(host).path_and_query(request.target.as_str()).build();
    let mut head = Request::new(());
    *head.method_mut() = request.method.clone();
    *head.uri_mut() = uri.expect("a target and a host that HTTP/2 can say");
    *head.version_mut() = Version::HTTP_2;
    fields.remove(HOST);
    *head.headers_mut() = fields;
    head
}

/// The fields that were set, and how long the content is.
#[inline]
fn fields(request: &RequestBuilder) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for (name, value) in &request.fields {
        fields.append(name, value.clone());
    }
    if let Some(body) = &request.body
        && !request.is_set(&CONTENT_LENGTH)
    {
        fields.insert(CONTENT_LENGTH, body.len().into());
    }
    fields
}
