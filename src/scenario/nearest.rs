//! The nearest valid name, for help lines.

/// The candidate fewest edits away from `text`, if it is near enough to be what was meant; the
/// first in order of bytes among equals.
#[must_use]
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long texts are no misspelt names, and the comparison is quadratic.
    if text.chars().count() > 64 {
        return None;
    }
    let near = |candidate: &&str| candidate.chars().count() <= 64;
    let scored = candidates
        .into_iter()
        .filter(near)
        .map(|name| (edits(text, name), name));
    let (edits, name) = scored.min()?;
    let limit = text.chars().count().max(name.chars().count()).div_ceil(3);
    (edits <= limit && edits < name.chars().count()).then_some(name)
}

/// Insertions, deletions, replacements and swaps of neighbours between two texts, case ignored.
fn edits(left: &str, right: &str) -> usize {
    let lower = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<Vec<_>>()
    };
    let (left, right) = (lower(left), lower(right));
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(a != b);
            let mut best = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b;
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_finds_its_neighbour_and_a_strange_one_finds_none() {
        let keys = ["duration", "seed", "frequency", "jitter_buffer"];
        assert_eq!(nearest("durration", keys), Some("duration"));
        assert_eq!(nearest("jitter-buffer", keys), Some("jitter_buffer"));
        assert_eq!(nearest("sede", keys), Some("seed"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("KEE", ["ELL", "KEP", "SUN"]), Some("KEP"));
        assert_eq!(nearest("x", ["EF", "BE"]), None);
    }
}
