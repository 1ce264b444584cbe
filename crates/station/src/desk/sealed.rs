//! A temporary file under a key that lives in memory only: what was downloaded is unreadable on the disk, also after
//! a crash. The file has no name; nothing but this process can reach it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use rand::RngCore;
use tokio::io::AsyncWrite;
use zeroize::Zeroizing;

/// Space that stays free on the disk, in bytes.
const RESERVE: u64 = 200 * 1024 * 1024;

/// Used once, for one file: a key is never reused, so the nonce is of no account.
struct Key(Zeroizing<[u8; 32]>);

impl Key {
    fn random() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(key.as_mut());
        Key(key)
    }

    fn cipher(&self) -> ChaCha20 {
        ChaCha20::new((&*self.0).into(), (&[0; 12]).into())
    }
}

/// Takes what is to be sealed. Errors: `QuotaExceeded` beyond the limit, `StorageFull` where the disk would fill up.
pub struct SealedWriter {
    file: File,
    key: Key,
    cipher: ChaCha20,
    written: u64,
    limit: u64,
    /// What the disk had room for at the start, less the reserve.
    room: u64,
    buffer: Vec<u8>,
}

impl SealedWriter {
    /// A file in this folder, of at most `limit` bytes.
    pub fn create(folder: &Path, limit: u64) -> io::Result<Self> {
        let key = Key::random();
        Ok(SealedWriter {
            file: tempfile::tempfile_in(folder)?,
            cipher: key.cipher(),
            key,
            written: 0,
            limit,
            room: fs4::available_space(folder)?.saturating_sub(RESERVE),
            buffer: Vec::new(),
        })
    }

    pub fn finish(self) -> io::Result<SealedFile> {
        Ok(SealedFile {
            length: self.written,
            inner: Arc::new(Inner {
                file: Mutex::new(self.file),
                key: self.key,
            }),
        })
    }
}

impl Write for SealedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = self.written.saturating_add(bytes.len() as u64);
        if end > self.limit {
            return Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                format!("more than the {} bytes that may be kept", self.limit),
            ));
        }
        if end > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.buffer.clear();
        self.buffer.extend_from_slice(bytes);
        self.cipher
            .try_apply_keystream(&mut self.buffer)
            .map_err(|_| io::Error::other("the key stream is at its end"))?;
        self.file.write_all(&self.buffer)?;
        self.written = end;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes at once: the pieces of a download are small, and the page cache takes them.
impl AsyncWrite for SealedWriter {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.write(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

struct Inner {
    file: Mutex<File>,
    key: Key,
}

/// A sealed file. It is gone with its last reader.
pub struct SealedFile {
    inner: Arc<Inner>,
    length: u64,
}

impl SealedFile {
    pub fn length(&self) -> u64 {
        self.length
    }

    /// A reader of its own place.
    pub fn reader(&self) -> SealedReader {
        SealedReader {
            inner: Arc::clone(&self.inner),
            length: self.length,
            place: 0,
        }
    }
}

pub struct SealedReader {
    inner: Arc<Inner>,
    length: u64,
    place: u64,
}

impl Read for SealedReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.place)).unwrap_or(usize::MAX);
        let wanted = left.min(out.len());
        if wanted == 0 {
            return Ok(0);
        }
        let out = &mut out[..wanted];
        let read = {
            let mut file = self
                .inner
                .file
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.place))?;
            file.read(out)?
        };
        let mut cipher = self.inner.key.cipher();
        cipher
            .try_seek(self.place)
            .and_then(|()| {
                cipher
                    .try_apply_keystream(&mut out[..read])
                    .map_err(|_| chacha20::cipher::StreamCipherError)
            })
            .map_err(|_| io::Error::other("beyond the key stream"))?;
        self.place += read as u64;
        Ok(read)
    }
}

impl Seek for SealedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.place.checked_add_signed(offset),
        };
        self.place = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.place)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::AsyncWriteExt;

    fn plain() -> Vec<u8> {
        (0..200_000u32).map(|n| (n % 251) as u8).collect()
    }

    async fn sealed(bytes: &[u8]) -> SealedFile {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SealedWriter::create(folder.path(), 1 << 30).unwrap();
        for piece in bytes.chunks(7_001) {
            AsyncWriteExt::write_all(&mut writer, piece).await.unwrap();
        }
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "it has no name"
        );
        writer.finish().unwrap()
    }

    #[tokio::test]
    async fn what_is_on_the_disk_is_not_the_plain_text() {
        let file = sealed(&plain()).await;
        let mut raw = Vec::new();
        let mut disk = file.inner.file.lock().unwrap();
        disk.seek(SeekFrom::Start(0)).unwrap();
        disk.read_to_end(&mut raw).unwrap();
        assert_eq!(raw.len(), plain().len());
        let same = raw.iter().zip(plain()).filter(|(a, b)| **a == *b).count();
        // One in 256 by chance.
        assert!(
            same < raw.len() / 64,
            "{same} of {} bytes stand in the clear",
            raw.len()
        );
    }

    #[tokio::test]
    async fn every_reader_reads_right_from_every_place() {
        let expected = plain();
        let file = sealed(&expected).await;
        let mut whole = Vec::new();
        file.reader().read_to_end(&mut whole).unwrap();
        assert_eq!(whole, expected);
        let (mut a, mut b) = (file.reader(), file.reader());
        for place in [
            0, 1, 63, 64, 65, 4_095, 7_001, 131_071, 199_990, 200_000, 300_000,
        ] {
            let mut piece = [0; 100];
            a.seek(SeekFrom::Start(place)).unwrap();
            b.seek(SeekFrom::Start(5)).unwrap();
            let _ = b.read(&mut [0; 10]).unwrap();
            let mut read = 0;
            while let n @ 1.. = a.read(&mut piece[read..]).unwrap() {
                read += n;
            }
            let from = (place as usize).min(expected.len());
            let to = (from + 100).min(expected.len());
            assert_eq!(&piece[..read], &expected[from..to], "{place}");
        }
        assert_eq!(a.seek(SeekFrom::End(-10)).unwrap(), 199_990);
        assert!(a.seek(SeekFrom::Current(-300_000)).is_err());
    }

    #[tokio::test]
    async fn the_limit_holds() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SealedWriter::create(folder.path(), 1_000).unwrap();
        AsyncWriteExt::write_all(&mut writer, &[1; 1_000])
            .await
            .unwrap();
        let error = AsyncWriteExt::write_all(&mut writer, &[1])
            .await
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
        assert_eq!(writer.finish().unwrap().length(), 1_000);
    }

    #[test]
    fn the_disk_is_not_filled_up() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SealedWriter::create(folder.path(), 1_000).unwrap();
        writer.room = 500;
        Write::write_all(&mut writer, &[1; 500]).unwrap();
        let error = Write::write_all(&mut writer, &[1]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
