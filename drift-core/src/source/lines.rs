//! Lines of a text, found without counting from its start each time.

use wide::u8x16;

/// How many bytes are counted at once.
const BLOCK: usize = 1024;

/// The line breaks of a text, counted block by block.
pub(crate) struct Lines<'t> {
    text: &'t [u8],
    /// How many line breaks stand before each block.
    before: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t [u8]) -> Self {
        let before = text.chunks(BLOCK).scan(0, |count, block| {
            let before = *count;
            *count += breaks(block);
            Some(before)
        });
        Self { before: before.collect(), text }
    }

    /// The line of the byte at `offset`, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let before = self.before.get(block).copied().unwrap_or_default();
        // Where no line ends in the block, there is nothing to count.
        if self.before.get(block + 1) == Some(&before) {
            return before + 1;
        }
        let here = self.text.get(block * BLOCK..offset).unwrap_or_default();
        before + breaks(here) + 1
    }
}

fn breaks(text: &[u8]) -> usize {
    let (blocks, tail) = text.as_chunks::<16>();
    // A lane counts to 255 at most.
    let many = |blocks: &[[u8; 16]]| -> usize {
        let count = |counts: u8x16, block: &[u8; 16]| {
            counts - u8x16::new(*block).cmp_eq(u8x16::splat(b'\n'))
        };
        let counts = blocks.iter().fold(u8x16::splat(0), count);
        counts.to_array().into_iter().map(usize::from).sum()
    };
    let rest = tail.iter().filter(|byte| **byte == b'\n').count();
    blocks.chunks(255).map(many).sum::<usize>() + rest
}

/// The line and column of each of the sorted `offsets`, in one pass over the text.
pub(super) fn positions(
    text: &str,
    offsets: Vec<usize>,
) -> impl Iterator<Item = (usize, usize)> + use<'_> {
    let mut chars = text.char_indices().peekable();
    let (mut line, mut column) = (1, 1);
    offsets.into_iter().map(move |offset| {
        while let Some((_, c)) = chars.next_if(|(at, _)| *at < offset) {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        (line, column)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Position;

    #[test]
    fn lines_and_columns_are_those_of_positions() {
        let text = "é\n\nüx\r\ny\n".repeat(600);
        let text = text.as_str();
        let lines = Lines::of(text.as_bytes());
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let found: Vec<_> = positions(text, offsets.clone()).collect();
        for (offset, found) in offsets.into_iter().zip(found) {
            let expected = Position::of(text.as_bytes(), offset);
            assert_eq!(found, (expected.line, expected.column), "{offset}");
            assert_eq!(lines.line(offset), expected.line, "{offset}");
        }
        assert_eq!(breaks(&[b'\n'; 9_999]), 9_999);
    }
}
