//! Which elements of two lists belong together where no key says so.

use std::collections::BTreeSet;

/// A pair of positions, or one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Both(usize, usize),
    Desired(usize),
    Actual(usize),
}

/// Pairs elements in order so that the sum of `score` is highest (Needleman and Wunsch 1970, with
/// free gaps); a score of zero never pairs. Beyond `max_pairs` pairs, by position.
///
/// Equal elements at both ends are paired first, so that an insertion into a long list stays cheap.
/// The longer list leads, so that swapped sides are aligned alike where several ways are best.
pub(super) fn in_order(
    desired: usize,
    actual: usize,
    max_pairs: usize,
    equal: impl Fn(usize, usize) -> bool,
    score: impl Fn(usize, usize) -> u32,
) -> Vec<Match> {
    if desired < actual {
        let flipped = aligned(actual, desired, max_pairs, |a, d| equal(d, a), |a, d| score(d, a));
        let flip = |found| match found {
            Match::Both(a, d) => Match::Both(d, a),
            Match::Desired(a) => Match::Actual(a),
            Match::Actual(d) => Match::Desired(d),
        };
        return flipped.into_iter().map(flip).collect();
    }
    aligned(desired, actual, max_pairs, equal, score)
}

fn aligned(
    desired: usize,
    actual: usize,
    max_pairs: usize,
    equal: impl Fn(usize, usize) -> bool,
    score: impl Fn(usize, usize) -> u32,
) -> Vec<Match> {
    let shorter = desired.min(actual);
    let front = (0..shorter).take_while(|i| equal(*i, *i)).count();
    let back = (1..=shorter - front).take_while(|i| equal(desired - i, actual - i)).count();
    let (rows, columns) = (desired - front - back, actual - front - back);
    let mut matches: Vec<Match> = (0..front).map(|i| Match::Both(i, i)).collect();
    if rows.saturating_mul(columns) > max_pairs {
        let both = rows.min(columns);
        matches.extend((0..both).map(|i| Match::Both(front + i, front + i)));
        matches.extend((both..rows).map(|i| Match::Desired(front + i)));
        matches.extend((both..columns).map(|i| Match::Actual(front + i)));
    } else {
        middle(rows, columns, front, &score, &mut matches);
    }
    matches.extend((1..=back).rev().map(|i| Match::Both(desired - i, actual - i)));
    matches
}

fn middle(
    rows: usize,
    columns: usize,
    front: usize,
    score: &impl Fn(usize, usize) -> u32,
    matches: &mut Vec<Match>,
) {
    // best[r][c]: the highest sum for what lies at and after row r and column c.
    let width = columns + 1;
    let mut best = vec![0_u64; (rows + 1) * width];
    let mut scores = vec![0_u64; rows * columns];
    let at = |best: &[u64], r: usize, c: usize| best.get(r * width + c).copied().unwrap_or(0);
    for r in (0..rows).rev() {
        for c in (0..columns).rev() {
            let own = u64::from(score(front + r, front + c));
            if let Some(cell) = scores.get_mut(r * columns + c) {
                *cell = own;
            }
            let paired = if own > 0 { own + at(&best, r + 1, c + 1) } else { 0 };
            let value = paired.max(at(&best, r + 1, c)).max(at(&best, r, c + 1));
            if let Some(cell) = best.get_mut(r * width + c) {
                *cell = value;
            }
        }
    }
    let (mut r, mut c) = (0, 0);
    while r < rows && c < columns {
        let own = scores.get(r * columns + c).copied().unwrap_or(0);
        if own > 0 && at(&best, r, c) == own + at(&best, r + 1, c + 1) {
            matches.push(Match::Both(front + r, front + c));
            (r, c) = (r + 1, c + 1);
        } else if at(&best, r, c) == at(&best, r + 1, c) {
            matches.push(Match::Desired(front + r));
            r += 1;
        } else {
            matches.push(Match::Actual(front + c));
            c += 1;
        }
    }
    matches.extend((r..rows).map(|r| Match::Desired(front + r)));
    matches.extend((c..columns).map(|c| Match::Actual(front + c)));
}

/// Pairs elements in any order, the highest score first, then the lower positions; a score of zero
/// never pairs. Beyond `max_pairs` pairs nothing is paired.
pub(super) fn in_any_order(
    desired: usize,
    actual: usize,
    max_pairs: usize,
    score: impl Fn(usize, usize) -> u32,
) -> Vec<Match> {
    let mut candidates = Vec::new();
    if desired.saturating_mul(actual) <= max_pairs {
        for d in 0..desired {
            for a in 0..actual {
                let score = score(d, a);
                if score > 0 {
                    candidates.push((std::cmp::Reverse(score), d, a));
                }
            }
        }
    }
    candidates.sort_unstable();
    let mut free_desired: BTreeSet<usize> = (0..desired).collect();
    let mut free_actual: BTreeSet<usize> = (0..actual).collect();
    let mut matches = Vec::new();
    for (_, d, a) in candidates {
        if free_desired.contains(&d) && free_actual.contains(&a) {
            free_desired.remove(&d);
            free_actual.remove(&a);
            matches.push(Match::Both(d, a));
        }
    }
    matches.extend(free_desired.into_iter().map(Match::Desired));
    matches.extend(free_actual.into_iter().map(Match::Actual));
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(desired: &str, actual: &str, max: usize) -> String {
        let (d, a): (Vec<char>, Vec<char>) = (desired.chars().collect(), actual.chars().collect());
        let equal = |i: usize, j: usize| d[i] == a[j];
        let matches = in_order(d.len(), a.len(), max, equal, |i, j| u32::from(equal(i, j)));
        let one = |m: &Match| match m {
            Match::Both(i, j) if d[*i] == a[*j] => d[*i].to_string(),
            Match::Both(i, j) => format!("({}{})", d[*i], a[*j]),
            Match::Desired(i) => format!("-{}", d[*i]),
            Match::Actual(j) => format!("+{}", a[*j]),
        };
        matches.iter().map(one).collect()
    }

    #[test]
    fn an_insertion_moves_nothing_else() {
        assert_eq!(ordered("abc", "xabc", 99), "+xabc");
        assert_eq!(ordered("abc", "abxc", 99), "ab+xc");
        assert_eq!(ordered("abcde", "bxde", 99), "-ab-c+xde");
        assert_eq!(ordered("", "ab", 99), "+a+b");
        assert_eq!(ordered("aa", "aaa", 99), "aa+a");
    }

    #[test]
    fn too_many_pairs_go_by_position() {
        assert_eq!(ordered("abcd", "xyz", 2), "(ax)(by)(cz)-d");
    }

    #[test]
    fn any_order_takes_the_best_first() {
        let scores = [[1, 3], [2, 3]];
        let matches = in_any_order(2, 2, 99, |d, a| scores[d][a]);
        assert_eq!(matches, [Match::Both(0, 1), Match::Both(1, 0)]);
        assert_eq!(
            in_any_order(1, 2, 1, |_, _| 1),
            [Match::Desired(0), Match::Actual(0), Match::Actual(1)]
        );
    }
}
