//! Where cases are kept. Everything that touches the disk goes through `CaseStore`, so that an encrypted store can
//! take the plain folder's place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::failure::chain;

/// Something that can be read from any place.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// A file that grows: each `commit` makes what was written so far survive a power cut.
pub trait GrowingFile: Write + Send {
    fn commit(&mut self) -> io::Result<()>;
}

/// Why the store failed. Names no subject.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full")]
    Full(#[source] io::Error),
    #[error("{operation} failed")]
    Io {
        operation: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("there is no such case or file")]
    NotFound,
    #[error("not a name that the store gives out")]
    BadName,
}

impl StoreError {
    fn at(operation: &'static str) -> impl FnOnce(io::Error) -> StoreError {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(source),
            io::ErrorKind::NotFound => StoreError::NotFound,
            _ => StoreError::Io { operation, source },
        }
    }

    /// Names the failure of an operation on the store by its cause.
    pub fn from_io(operation: &'static str, source: io::Error) -> StoreError {
        StoreError::at(operation)(source)
    }
}

/// Cases by opaque id, each with named files. All calls block.
pub trait CaseStore: Send + Sync {
    fn list(&self) -> Result<Vec<String>, StoreError>;

    fn create(&self, case: &str) -> Result<(), StoreError>;

    /// Writes a file so that it is there whole or not at all, a power cut included; replaces one of the same name.
    fn put(
        &self,
        case: &str,
        name: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), StoreError>;

    /// A reader and the length in bytes.
    fn open(&self, case: &str, name: &str) -> Result<(Box<dyn ReadSeek>, u64), StoreError>;

    /// Begins a file that grows while it is used.
    fn grow(&self, case: &str, name: &str) -> Result<Box<dyn GrowingFile>, StoreError>;

    /// Adds to the end of a file, durably.
    fn append(&self, case: &str, name: &str, bytes: &[u8]) -> Result<(), StoreError>;

    fn remove(&self, case: &str, name: &str) -> Result<(), StoreError>;

    /// Names of the case's files.
    fn files(&self, case: &str) -> Result<Vec<String>, StoreError>;

    /// Removes the case with everything in it.
    fn erase(&self, case: &str) -> Result<(), StoreError>;

    /// Bytes that can still be written.
    fn free_bytes(&self) -> Result<u64, StoreError>;
}

/// Removes a file that no case names any more. One that cannot be removed now is told in the log, and goes with the next resume
/// or with its case: it may show a person.
pub(crate) fn discard(store: &dyn CaseStore, case: &str, name: &str) {
    match store.remove(case, name) {
        Ok(()) | Err(StoreError::NotFound) => {}
        Err(error) => tracing::warn!(
            error = chain(&error),
            "a file that no case names could not be removed yet"
        ),
    }
}

/// Reads a whole file of the store.
pub fn read_all(store: &dyn CaseStore, case: &str, name: &str) -> Result<Vec<u8>, StoreError> {
    let (mut reader, length) = store.open(case, name)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    reader
        .read_to_end(&mut bytes)
        .map_err(StoreError::at("reading"))?;
    Ok(bytes)
}

/// A folder for each case. Files are written aside, flushed to the disk, and renamed into place.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

/// Ending of a file that is still being written.
const UNFINISHED: &str = ".tmp";

impl FolderStore {
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&root, fs::Permissions::from_mode(0o700))?;
        }
        Ok(FolderStore { root })
    }

    fn folder(&self, case: &str) -> Result<PathBuf, StoreError> {
        Ok(self.root.join(plain_name(case)?))
    }

    fn path(&self, case: &str, name: &str) -> Result<PathBuf, StoreError> {
        Ok(self.folder(case)?.join(plain_name(name)?))
    }
}

/// Letters, digits, `-`, `_`, `.` inside: a name can lead nowhere else.
fn plain_name(name: &str) -> Result<&str, StoreError> {
    let good = !name.is_empty()
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if good {
        Ok(name)
    } else {
        Err(StoreError::BadName)
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

fn private_file(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

impl CaseStore for FolderStore {
    fn list(&self) -> Result<Vec<String>, StoreError> {
        let mut cases = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(StoreError::at("listing the cases"))? {
            let entry = entry.map_err(StoreError::at("listing the cases"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() && plain_name(&name).is_ok() {
                cases.push(name);
            }
        }
        cases.sort();
        Ok(cases)
    }

    fn create(&self, case: &str) -> Result<(), StoreError> {
        let folder = self.folder(case)?;
        fs::create_dir(&folder).map_err(StoreError::at("making the case's folder"))?;
        sync_folder(&self.root).map_err(StoreError::at("making the case's folder"))
    }

    fn put(
        &self,
        case: &str,
        name: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let path = self.path(case, name)?;
        let aside = self.path(case, &format!("{name}{UNFINISHED}"))?;
        let written = (|| {
            let mut file = io::BufWriter::new(
                private_file(OpenOptions::new().write(true).create(true).truncate(true))
                    .open(&aside)?,
            );
            write(&mut file)?;
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&aside, &path)?;
            sync_folder(&self.folder(case).map_err(io::Error::other)?)
        })();
        if written.is_err() {
            // What was there before stays; only the unfinished copy goes.
            let _ = fs::remove_file(&aside);
        }
        written.map_err(StoreError::at("writing"))
    }

    fn open(&self, case: &str, name: &str) -> Result<(Box<dyn ReadSeek>, u64), StoreError> {
        let file = File::open(self.path(case, name)?).map_err(StoreError::at("opening"))?;
        let length = file.metadata().map_err(StoreError::at("opening"))?.len();
        Ok((Box::new(file), length))
    }

    fn grow(&self, case: &str, name: &str) -> Result<Box<dyn GrowingFile>, StoreError> {
        let path = self.path(case, name)?;
        let file = private_file(OpenOptions::new().write(true).create(true).truncate(true))
            .open(path)
            .map_err(StoreError::at("writing"))?;
        sync_folder(&self.folder(case)?).map_err(StoreError::at("writing"))?;
        Ok(Box::new(GrowingPlainFile(file)))
    }

    fn append(&self, case: &str, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(case, name)?;
        let append = || {
            let mut file =
                private_file(OpenOptions::new().append(true).create(true)).open(&path)?;
            file.write_all(bytes)?;
            file.sync_data()
        };
        append().map_err(StoreError::at("appending"))
    }

    fn remove(&self, case: &str, name: &str) -> Result<(), StoreError> {
        fs::remove_file(self.path(case, name)?).map_err(StoreError::at("removing"))
    }

    fn files(&self, case: &str) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder(case)?).map_err(StoreError::at("listing the case"))? {
            let entry = entry.map_err(StoreError::at("listing the case"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(UNFINISHED) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn erase(&self, case: &str) -> Result<(), StoreError> {
        fs::remove_dir_all(self.folder(case)?).map_err(StoreError::at("erasing"))?;
        sync_folder(&self.root).map_err(StoreError::at("erasing"))
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        fs4::available_space(&self.root).map_err(StoreError::at("measuring the free space"))
    }
}

struct GrowingPlainFile(File);

impl Write for GrowingPlainFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl GrowingFile for GrowingPlainFile {
    fn commit(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}
