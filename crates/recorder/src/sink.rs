//! Where fragments go. An encrypted store can stand behind the same seam.

use std::fs::File;
use std::io::{self, Write};

/// Takes the fragments of a recording in order.
pub trait FragmentSink: Send {
    /// Appends `bytes`, whole fragments. They are durable when this returns.
    fn write_fragment(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A plain file: one write and one `sync_data` for each fragment.
#[derive(Debug)]
pub struct FileSink(File);

impl FileSink {
    pub fn new(file: File) -> FileSink {
        FileSink(file)
    }
}

impl FragmentSink for FileSink {
    fn write_fragment(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.sync_data()
    }
}
