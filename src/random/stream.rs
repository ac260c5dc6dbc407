//! Seed → named streams of 64-bit draws.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The one number a scenario's chance grows from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seed(pub u64);

/// What a stream is drawn for. The name of the variant in text is part of the key: never rename.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Gaps between the packets of a Poisson source.
    Arrivals,
    /// Time a packet takes through a node whose processing is a range.
    Processing,
    /// Where a circuit's first packet boundary falls.
    Phase,
    /// How large each packet of a mixture is.
    Sizes,
    /// How long a source talks and is silent.
    Talk,
    /// Which packets a queue drops early.
    EarlyDrop,
    /// When the level of a radio link falls, how deep and for how long.
    Fading,
    /// How old the last packet of BFD was when a link was cut.
    Detection,
    /// When a sampled command is keyed.
    Inception,
    /// Which bits arrive wrong.
    BitErrors,
    /// When bursts of errors begin.
    Bursts,
    /// Which points of a sweep's axes are cases.
    Design,
}

impl Purpose {
    fn text(self) -> &'static str {
        match self {
            Self::Arrivals => "arrivals",
            Self::Processing => "processing",
            Self::Phase => "phase",
            Self::Sizes => "sizes",
            Self::Talk => "talk",
            Self::EarlyDrop => "early-drop",
            Self::Fading => "fading",
            Self::Detection => "detection",
            Self::Inception => "inception",
            Self::BitErrors => "bit-errors",
            Self::Bursts => "bursts",
            Self::Design => "design",
        }
    }
}

/// The key of one stream, before the seed of the run is known: kept in the plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamKey(Vec<u8>);

impl StreamKey {
    /// The stream that the entity `name` of this `kind` ("flow", "circuit/a-z") draws from for
    /// one purpose.
    #[must_use]
    pub fn new(kind: &str, name: &str, purpose: Purpose) -> Self {
        let mut key = Vec::new();
        for part in [kind, name, purpose.text()] {
            key.extend_from_slice(&u64::try_from(part.len()).expect("a length").to_le_bytes());
            key.extend_from_slice(part.as_bytes());
        }
        Self(key)
    }
}

/// Draws taken from the generator at a time: random access costs 70 times more than this.
pub const BLOCK_DRAWS: usize = 16;

/// A named sequence of uniform 64-bit draws.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Seed {
    /// The stream with this key under this seed.
    #[must_use]
    pub fn stream(self, key: &StreamKey) -> Stream {
        let mut hash = Sha256::new();
        hash.update(b"pilotwire/1");
        hash.update(self.0.to_le_bytes());
        hash.update(&key.0);
        Stream {
            generator: ChaCha8Rng::from_seed(hash.finalize().into()),
        }
    }
}

impl Stream {
    /// The next draw.
    #[must_use]
    pub fn draw(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Makes the draw of this number, from 0, the next one.
    pub fn skip_to(&mut self, draw: u64) {
        // A draw is two words of 32 bits.
        self.generator.set_word_pos(2 * u128::from(draw));
    }

    /// The next draws, as many as the block holds: the same sequence as [`Stream::draw`].
    pub fn draw_block(&mut self, block: &mut [u64; BLOCK_DRAWS]) {
        let mut bytes = [0_u8; BLOCK_DRAWS * 8];
        self.generator.fill_bytes(&mut bytes);
        for (draw, eight) in block.iter_mut().zip(bytes.chunks_exact(8)) {
            *draw = u64::from_le_bytes(eight.try_into().expect("eight octets"));
        }
    }
}

/// One of `count` equally likely whole numbers `0..count`, from one 64-bit draw.
///
/// One draw each, so that the n-th packet always takes the n-th draw; the price is a bias below
/// `count` / 2^64.
#[must_use]
#[inline]
pub fn uniform_below(draw: u64, count: u64) -> u64 {
    u64::try_from((u128::from(draw) * u128::from(count)) >> 64).expect("below count")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_belongs_to_its_seed_kind_name_and_purpose() {
        let first = |seed, kind, name, purpose| {
            Seed(seed)
                .stream(&StreamKey::new(kind, name, purpose))
                .draw()
        };
        let base = first(1, "flow", "office", Purpose::Arrivals);
        assert_eq!(base, first(1, "flow", "office", Purpose::Arrivals));
        assert_ne!(base, first(2, "flow", "office", Purpose::Arrivals));
        assert_ne!(base, first(1, "circuit", "office", Purpose::Arrivals));
        assert_ne!(base, first(1, "flow", "office2", Purpose::Arrivals));
        assert_ne!(base, first(1, "flow", "office", Purpose::Phase));
        assert_ne!(
            first(1, "flo", "woffice", Purpose::Phase),
            first(1, "flow", "office", Purpose::Phase)
        );
    }

    #[test]
    fn the_key_is_sha_256_of_the_documented_text() {
        // Computed outside with sha256 over the octets of the rule, and ChaCha8 from RFC 7539's
        // construction with 8 rounds: the first word of the key stream, little-endian.
        let mut text = b"pilotwire/1".to_vec();
        text.extend_from_slice(&7_u64.to_le_bytes());
        for part in ["flow", "a", "arrivals"] {
            text.extend_from_slice(&(part.len() as u64).to_le_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        let mut by_hand = ChaCha8Rng::from_seed(Sha256::digest(&text).into());
        let mut stream = Seed(7).stream(&StreamKey::new("flow", "a", Purpose::Arrivals));
        assert_eq!(stream.draw(), by_hand.next_u64());
    }

    #[test]
    fn blocks_and_single_draws_are_the_same_sequence() {
        let key = StreamKey::new("flow", "a", Purpose::Arrivals);
        let (mut one, mut many) = (Seed(3).stream(&key), Seed(3).stream(&key));
        for _ in 0..5 {
            let mut block = [0; BLOCK_DRAWS];
            many.draw_block(&mut block);
            assert!(block.iter().all(|draw| *draw == one.draw()));
        }
    }

    #[test]
    fn a_stream_skips_forwards_and_backwards() {
        let key = StreamKey::new("flow", "a", Purpose::Design);
        let mut stream = Seed(3).stream(&key);
        let draws: Vec<u64> = (0..100).map(|_| stream.draw()).collect();
        for place in [99, 0, 31, 32, 33, 7, 7, 64] {
            stream.skip_to(place);
            assert_eq!(stream.draw(), draws[place as usize]);
        }
        stream.skip_to(63);
        assert_eq!([stream.draw(), stream.draw()], [draws[63], draws[64]]);
    }

    #[test]
    fn a_uniform_draw_reaches_both_ends_and_no_further() {
        assert_eq!(uniform_below(0, 110_000_001), 0);
        assert_eq!(uniform_below(u64::MAX, 110_000_001), 110_000_000);
        assert_eq!(uniform_below(u64::MAX, 1), 0);
    }
}
