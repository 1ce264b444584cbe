//! Frames to MP4, and checks of picked video files.
