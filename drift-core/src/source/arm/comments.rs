//! What templates may hold beyond JSON: comments between tokens, and expressions over several lines.
//!
//! Source: Azure Resource Manager, "Understand the structure and syntax of ARM templates", Comments and
//! metadata, Multi-line strings.

/// Where a byte of the text stands.
#[derive(Clone, Copy)]
enum State {
    Between,
    /// In a comment to the end of the line.
    Line,
    /// In a comment between `/*` and `*/`.
    Block,
    Text {
        /// Whether the string is an expression: it starts with one bracket.
        expression: bool,
        /// Whether it stands in a text of the expression, between `'`.
        quoted: bool,
    },
}

/// The same text as JSON, every byte where it was: comments are blanks, and so are line ends in
/// expressions. None where there is nothing of this.
pub(in crate::source) fn plain(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = bytes.to_vec();
    let (mut state, mut changed) = (State::Between, false);
    let mut rest = plain.iter_mut().peekable();
    while let Some(byte) = rest.next() {
        let next = rest.peek().map(|next| **next);
        match state {
            State::Between => match (*byte, next) {
                (b'"', Some(b'[')) => {
                    rest.next();
                    let expression = rest.peek().is_none_or(|second| **second != b'[');
                    state = State::Text { expression, quoted: false };
                }
                (b'"', _) => state = State::Text { expression: false, quoted: false },
                (b'/', Some(b'/')) => {
                    *byte = b' ';
                    (state, changed) = (State::Line, true);
                }
                (b'/', Some(b'*')) => {
                    *byte = b' ';
                    // The star is not that of the end.
                    if let Some(star) = rest.next() {
                        *star = b' ';
                    }
                    (state, changed) = (State::Block, true);
                }
                _ => {}
            },
            State::Line | State::Block if matches!(*byte, b'\n' | b'\r') => {
                if matches!(state, State::Line) {
                    state = State::Between;
                }
            }
            State::Line => *byte = b' ',
            State::Block => {
                let ends = *byte == b'*' && next == Some(b'/');
                *byte = b' ';
                if ends {
                    if let Some(slash) = rest.next() {
                        *slash = b' ';
                    }
                    state = State::Between;
                }
            }
            State::Text { expression, quoted } => match *byte {
                b'"' => state = State::Between,
                b'\\' => {
                    rest.next();
                }
                b'\'' => state = State::Text { expression, quoted: !quoted },
                b'\n' | b'\r' | b'\t' if expression && !quoted => {
                    *byte = b' ';
                    changed = true;
                }
                _ => {}
            },
        }
    }
    // What is never closed is no comment.
    (changed && !matches!(state, State::Block)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        plain(text.as_bytes()).and_then(|plain| String::from_utf8(plain).ok())
    }

    #[test]
    fn comments_and_line_ends_are_blanks() {
        let same = |text: &str, plain: &str| assert_eq!(of(text).as_deref(), Some(plain), "{text}");
        same("// é\n{}", "     \n{}");
        same("{/**/}", "{    }");
        same("{/*\n*/\"a\"//\r\n:1}", "{  \n  \"a\"  \r\n:1}");
        same("[\"[f(\n'a')]\"]", "[\"[f( 'a')]\"]");
    }

    #[test]
    fn what_strings_hold_stays() {
        for text in ["{}", "[\"http://a/*b*/\"]", "[\"a\\\"//b\"]", "[\"a\nb\"]", "[\"[[a\nb\"]"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of("[\"[f('a\nb')]\"]"), None);
        assert_eq!(of("{} /* a"), None);
        assert_eq!(of("{} /*/"), None);
    }
}
