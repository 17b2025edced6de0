//! [`Tee`]: a body that is sent as it is made, and kept when it was whole.

use std::ops;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};

use crate::http::{Body, BodySource};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Passes a body's chunks on, and gives `keep` all of them after the last one; not where they are too many, or only a part
/// was asked for, or it broke off.
pub(super) struct Tee<K> {
    body: Body,
    /// `None` where it is not to be kept any more.
    kept: Option<(BytesMut, K)>,
    limit: usize,
}

impl<K: FnOnce(Bytes) + Send + Unpin + 'static> Tee<K> {
    #[inline]
    pub(super) fn body(body: Body, limit: usize, keep: K) -> Body {
        Body::from_source(Self { body, kept: Some((BytesMut::new(), keep)), limit })
    }
}

impl<K: FnOnce(Bytes) + Send + Unpin> BodySource for Tee<K> {
    #[inline]
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        let chunk = ready!(self.body.poll_chunk(context));
        match (&chunk, self.kept.take()) {
            (None, Some((kept, keep))) => keep(kept.freeze()),
            (Some(Ok(chunk)), Some((mut kept, keep))) if kept.len() + chunk.len() <= self.limit => {
                kept.extend_from_slice(chunk);
                self.kept = Some((kept, keep));
            }
            (Some(_), _) | (None, None) => {}
        }
        Poll::Ready(chunk.map(|chunk| chunk.map_err(Into::into)))
    }

    #[inline]
    fn remaining_len(&self) -> Option<u64> {
        self.body.len()
    }

    #[inline]
    fn seek(mut self: Pin<&mut Self>, range: ops::Range<u64>) -> bool {
        let is_cut = self.body.cut(range);
        if is_cut {
            self.kept = None;
        }
        is_cut
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::Error;

    /// Sends these chunks, and then ends or breaks off; what was kept, and what was passed on.
    async fn kept(chunks: &'static [&'static str], is_whole: bool, limit: usize) -> (Option<Bytes>, String) {
        let body = Body::stream(move |mut out| async move {
            for chunk in chunks {
                out.send(*chunk).await?;
            }
            if is_whole { out.finish().await } else { Err(Error::message("broken")) }
        });
        let kept = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&kept);
        let mut body = Tee::body(body, limit, move |bytes| *keep.lock().unwrap() = Some(bytes));
        let mut passed = String::new();
        while let Some(Ok(chunk)) = body.chunk().await {
            passed += std::str::from_utf8(&chunk).unwrap();
        }
        let kept = kept.lock().unwrap().take();
        (kept, passed)
    }

    #[tokio::test]
    async fn only_what_was_whole_is_kept() {
        let rows: [(&'static [&'static str], bool, usize, Option<&str>); 6] = [
            (&["ab", "c"], true, 3, Some("abc")),
            (&["ab", "c"], true, 2, None),
            (&["ab", "c"], false, 9, None),
            (&[], true, 0, Some("")),
            (&[], false, 9, None),
            (&["abc", "d"], true, 2, None),
        ];
        for (chunks, is_whole, limit, expected) in rows {
            let (found, passed) = kept(chunks, is_whole, limit).await;
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{chunks:?} {is_whole} {limit}");
            assert_eq!(passed, chunks.concat());
        }
    }

    #[tokio::test]
    async fn a_part_is_not_kept_for_the_whole() {
        let mut body = Tee::body(Body::from("abc"), 9, |_| unreachable!("it is a part"));
        assert!(body.cut(1..2));
        assert_eq!(body.chunk().await.unwrap().unwrap(), "b");
        assert!(body.chunk().await.is_none());
    }
}
