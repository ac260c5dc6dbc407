//! `where`: what a point must satisfy to be a case.

/// A condition over axes, decided in exact arithmetic.
#[derive(Clone, Debug)]
pub struct Filter {
    /// As written.
    pub text: String,
}
