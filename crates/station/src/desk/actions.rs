//! Which action a request allows: the table of its life.
