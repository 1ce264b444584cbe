//! The video under review, picture by picture.
