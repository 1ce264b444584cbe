//! The folder store: whole or not at all, and nowhere else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{self, Write};

use station::store::{CaseStore, FolderStore, StoreError, read_all};

fn store() -> (tempfile::TempDir, FolderStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path().join("cases")).unwrap();
    store.create("case1").unwrap();
    (folder, store)
}

fn put(store: &FolderStore, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    store.put("case1", name, &mut |out| out.write_all(bytes))
}

#[test]
fn what_was_put_is_read() {
    let (_folder, store) = store();
    put(&store, "a.jpg", b"one").unwrap();
    put(&store, "a.jpg", b"two").unwrap();
    assert_eq!(read_all(&store, "case1", "a.jpg").unwrap(), b"two");
    assert_eq!(store.files("case1").unwrap(), ["a.jpg"]);
    assert_eq!(store.list().unwrap(), ["case1"]);
}

#[test]
fn a_failed_write_leaves_what_was_there() {
    let (folder, store) = store();
    put(&store, "a.jpg", b"good").unwrap();
    let failed = store.put("case1", "a.jpg", &mut |out| {
        out.write_all(b"half")?;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    });
    assert!(matches!(failed, Err(StoreError::Full(_))));
    assert_eq!(read_all(&store, "case1", "a.jpg").unwrap(), b"good");
    let left: Vec<_> = std::fs::read_dir(folder.path().join("cases/case1"))
        .unwrap()
        .collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn names_lead_nowhere_else() {
    let (_folder, store) = store();
    for bad in ["", ".", "..", "../x", "a/b", ".hidden", "a\\b", "a\0b", "ü"] {
        assert!(
            matches!(put(&store, bad, b"x"), Err(StoreError::BadName)),
            "{bad:?}"
        );
        assert!(
            matches!(store.open(bad, "a.jpg"), Err(StoreError::BadName)),
            "{bad:?}"
        );
        assert!(
            matches!(store.erase(bad), Err(StoreError::BadName)),
            "{bad:?}"
        );
    }
}

#[test]
fn growing_and_appending() {
    let (_folder, store) = store();
    let mut growing = store.grow("case1", "r.part").unwrap();
    growing.write_all(b"abc").unwrap();
    growing.commit().unwrap();
    // As after a kill: the file is not closed, and what was committed is there.
    assert_eq!(read_all(&store, "case1", "r.part").unwrap(), b"abc");
    store.append("case1", "e.jsonl", b"1\n").unwrap();
    store.append("case1", "e.jsonl", b"2\n").unwrap();
    assert_eq!(read_all(&store, "case1", "e.jsonl").unwrap(), b"1\n2\n");
    store.remove("case1", "r.part").unwrap();
    assert!(matches!(
        store.open("case1", "r.part"),
        Err(StoreError::NotFound)
    ));
    store.erase("case1").unwrap();
    assert!(store.list().unwrap().is_empty());
    assert!(store.free_bytes().unwrap() > 0);
}

#[cfg(unix)]
#[test]
fn others_on_the_machine_cannot_read_evidence() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = store();
    put(&store, "a.jpg", b"x").unwrap();
    let mode = |path: &str| {
        std::fs::metadata(folder.path().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("cases"), 0o700);
    assert_eq!(mode("cases/case1/a.jpg"), 0o600);
}
