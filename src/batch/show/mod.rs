//! What a sweep tells when it is done: a text for the terminal, `summary.json`, and its cases as a
//! list before anything is simulated.

pub mod json;
pub mod listing;
pub mod pretty;

pub use self::json::summary;
pub use self::listing::Listing;
pub use self::pretty::{last_line, pretty};
