//! Rows against the reports of the same input.
