//! The contract: a PDF of the RA becomes pictures of its pages.
