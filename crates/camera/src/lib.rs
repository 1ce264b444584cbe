//! Frame sources: nokhwa in a child process, and replay.
