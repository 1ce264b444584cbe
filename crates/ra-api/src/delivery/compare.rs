//! Compares what is downloaded with what was to be sent, as it comes.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

use crate::blob::BlobSource;

/// Takes a download and tells whether it has the blob's bytes. Holds no more of either than one piece.
pub(super) struct Comparison {
    expected: Box<dyn Read + Send>,
    left: u64,
    same: bool,
    piece: Vec<u8>,
}

impl Comparison {
    pub fn new(blob: &dyn BlobSource) -> io::Result<Self> {
        Ok(Comparison {
            expected: blob.open()?,
            left: blob.len(),
            same: true,
            piece: Vec::new(),
        })
    }

    /// Whether every byte came and was the same.
    pub fn same(&self) -> bool {
        self.same && self.left == 0
    }
}

impl AsyncWrite for Comparison {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let length = bytes.len() as u64;
        if !this.same || length > this.left {
            this.same = false;
            return Poll::Ready(Ok(bytes.len()));
        }
        this.left -= length;
        this.piece.resize(bytes.len(), 0);
        this.expected.read_exact(&mut this.piece)?;
        this.same = this.piece == bytes;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]
    use super::*;
    use crate::blob::BytesBlob;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn only_the_same_bytes_to_the_end_are_the_same() {
        let blob = BytesBlob::new(b"abcdef".to_vec());
        for (pieces, expected) in [
            (vec!["abc", "def"], true),
            (vec!["abcdef"], true),
            (vec!["abc", "dex"], false),
            (vec!["abc"], false),
            (vec!["abcdef", "g"], false),
            (vec![], false),
        ] {
            let mut compared = Comparison::new(&blob).expect("it opens");
            for piece in &pieces {
                compared
                    .write_all(piece.as_bytes())
                    .await
                    .expect("it takes all");
            }
            assert_eq!(compared.same(), expected, "{pieces:?}");
        }
    }
}
