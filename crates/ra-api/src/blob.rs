//! Where the bytes of an upload come from.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::{Buf, Bytes};

/// Something of known length that can be read from its beginning as often as an upload needs it. An encrypted store
/// stands behind it as well as a plain file. Reading happens on a blocking thread.
pub trait BlobSource: Send + Sync {
    /// Length in bytes; the reader must deliver exactly as many.
    fn len(&self) -> u64;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A fresh reader from the first byte.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

/// A file whose length is taken once; an upload fails if it changed since.
#[derive(Debug, Clone)]
pub struct FileBlob {
    path: PathBuf,
    len: u64,
}

impl FileBlob {
    pub fn new(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_path_buf();
        let len = std::fs::metadata(&path)?.len();
        Ok(Self { path, len })
    }
}

impl BlobSource for FileBlob {
    fn len(&self) -> u64 {
        self.len
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::fs::File::open(&self.path)?))
    }
}

/// Bytes that are in memory anyway.
#[derive(Debug, Clone)]
pub struct BytesBlob(Bytes);

impl BytesBlob {
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }
}

impl BlobSource for BytesBlob {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(self.0.clone().reader()))
    }
}
