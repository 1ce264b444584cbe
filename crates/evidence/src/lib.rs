//! The domain: enrollment, evidence, checks with provenance, payload. No I/O.
