//! A mock of the Registration Authority's server, written from the API's documentation alone.
