//! A temporary file under a key that lives in memory only.
