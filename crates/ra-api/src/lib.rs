//! Wire types and client of the Registration Authority's API.
