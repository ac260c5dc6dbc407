//! Chance with a name: every draw belongs to one entity and one purpose.
//!
//! A stream's key is SHA-256("pilotwire/1" ‖ seed ‖ kind ‖ name ‖ purpose); its n-th draw is the
//! n-th little-endian 64-bit word of the ChaCha8 key stream. Adding an entity moves nobody
//! else's draws. The texts are length-prefixed, so no two (kind, name, purpose) share a key.

mod exponential;
mod stream;

pub use exponential::{
    EXPONENTIAL_ONE, exponential, exponential_block, exponential_of_mean, scale_exponential,
};
pub use stream::{BLOCK_DRAWS, Purpose, Seed, Stream, StreamKey, uniform_below};
