//! The queue: what is loaded of the RA's requests, and the part that is on the screen.
