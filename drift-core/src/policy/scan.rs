//! A look at Rego before it is parsed: what nests too deeply, or runs on for too long, is refused.
//!
//! The parser of regorus recurses, and takes twice as long for each list or map inside another.

use super::fail;
use crate::error::{Position, Result};

/// The longest text.
const MAX_BYTES: usize = 256 << 10;
/// Brackets inside each other.
const MAX_NESTED: usize = 20;
/// Operators and steps of references in one expression.
const MAX_CHAINED: usize = 100;

/// Whether the text is Rego: the first word behind comments is `package`.
pub(super) fn is_rego(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let mut said = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = said.next().and_then(|line| line.strip_prefix("package"));
    first.is_some_and(|rest| rest.starts_with([' ', '\t']))
}

/// Refuses what would cost too much to parse.
pub(super) fn check(text: &str) -> Result<()> {
    if text.len() > MAX_BYTES {
        let message = format!("the policy is longer than {MAX_BYTES} bytes");
        return Err(fail(message).with_help("split it into modules, or hand data over as `data`"));
    }
    let mut scan = Scan::default();
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let refused = match byte {
            b'#' => {
                // To the end of the line, which ends an expression as well.
                bytes.find(|(_, byte)| *byte == b'\n');
                scan.line();
                None
            }
            b'`' => {
                bytes.find(|(_, byte)| *byte == b'`');
                scan.word();
                None
            }
            b'"' => {
                while let Some((_, byte)) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' | b'\n' => break,
                        _ => {}
                    }
                }
                scan.word();
                None
            }
            other => scan.byte(other),
        };
        if let Some(what) = refused {
            return Err(fail(what).at(Position::of(text.as_bytes(), at)));
        }
    }
    Ok(())
}

/// How deep it goes, and how long the expression at each depth has gone on.
#[derive(Default)]
struct Scan {
    nested: usize,
    chained: [usize; MAX_NESTED + 1],
    spare: usize,
    /// Whether an operator waits for what comes next, on whatever line.
    open: bool,
    /// Whether a line has ended since.
    broken: bool,
}

impl Scan {
    fn chained(&mut self) -> &mut usize {
        let depth = self.nested.min(MAX_NESTED);
        // One more than the deepest, which is refused where it is met.
        self.chained.get_mut(depth).unwrap_or(&mut self.spare)
    }

    /// What begins here goes on with the expression, unless that has ended with its line.
    fn goes_on(&mut self) {
        if self.broken && !self.open {
            *self.chained() = 0;
        }
        self.broken = false;
    }

    fn word(&mut self) {
        self.goes_on();
        self.open = false;
    }

    fn line(&mut self) {
        self.broken = true;
    }

    /// Looks at a byte outside strings; what is wrong with it.
    fn byte(&mut self, byte: u8) -> Option<String> {
        match byte {
            b'{' | b'[' | b'(' => {
                self.goes_on();
                *self.chained() += 1;
                self.nested += 1;
                *self.chained() = 0;
                self.open = true;
            }
            b'}' | b']' | b')' => {
                self.nested = self.nested.saturating_sub(1);
                (self.open, self.broken) = (false, false);
            }
            b',' | b';' => {
                *self.chained() = 0;
                self.open = true;
            }
            b'\n' => self.line(),
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'&' | b'=' | b'<' | b'>' | b'!' => {
                *self.chained() += 1;
                (self.open, self.broken) = (true, false);
            }
            other if other.is_ascii_whitespace() => {}
            _ => self.word(),
        }
        if self.nested > MAX_NESTED {
            return Some(format!("more than {MAX_NESTED} brackets inside each other"));
        }
        let long = *self.chained() > MAX_CHAINED;
        long.then(|| format!("more than {MAX_CHAINED} operators in one expression"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rego_is_told_from_yaml() {
        assert!(is_rego("# a comment\n\n  package a.b\n"));
        assert!(is_rego("\u{feff}package a"));
        assert!(!is_rego("packages: [a]\n"));
        assert!(!is_rego("# package a\nversion: 1"));
        assert!(!is_rego(""));
    }

    #[test]
    fn what_nests_or_goes_on_for_too_long_is_refused_with_its_place() {
        let deep = format!("package a\nx := {}1{}", "[".repeat(21), "]".repeat(21));
        let error = check(&deep).unwrap_err();
        assert_eq!(error.position().map(|at| (at.line, at.column)), Some((2, 26)));
        let long = format!("package a\nx := 1{}", " +\n 1".repeat(101));
        assert!(check(&long).unwrap_err().message().contains("operators"));
        let calls = format!("package a\nx := 1{}", "\n + f(1, 2)".repeat(101));
        assert!(check(&calls).unwrap_err().message().contains("operators"));
        assert!(check(&format!("package a\n{}", "x := a.b + 1\n".repeat(500))).is_ok());
        assert!(check(&format!("package a\nx := `{}`", "[".repeat(99))).is_ok());
        assert!(check(&format!("package a\nx := \"{}\\\"[\" # [", "[".repeat(99))).is_ok());
        assert!(check(&"x".repeat(MAX_BYTES + 1)).is_err());
    }
}
