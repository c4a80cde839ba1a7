//! A look at Rego before it is parsed: what nests too deeply, or runs on for too long, is refused.
//!
//! The parser of regorus recurses, and takes twice as long for each list or map inside another.

use super::bounds::is_plain;
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
            b'0'..=b'9' if !is_word(text, at) => {
                let end = number_end(text, at);
                let number = text.get(at..end).unwrap_or_default();
                if let Some(more) = (end - at).checked_sub(2) {
                    bytes.nth(more);
                }
                scan.word();
                (!is_plain(number)).then(|| "a number that is too long".to_owned())
            }
            other => scan.byte(other),
        };
        if let Some(what) = refused {
            return Err(fail(what).at(Position::of(text.as_bytes(), at)));
        }
    }
    Ok(())
}

/// The column in characters of one as regorus counts them: a tab takes four.
pub(super) fn column(line: &str, counted: usize) -> usize {
    let mut at = 1;
    let before = line.chars().take_while(|char| {
        let is_before = at < counted;
        at += if *char == '\t' { 4 } else { 1 };
        is_before
    });
    let before = before.count();
    // Behind the end of the line.
    before + 1 + counted.saturating_sub(at)
}

/// Whether what stands at a place goes on with a name or a number.
fn is_word(text: &str, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
    before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii())
}

/// Where the number that starts at a place ends.
fn number_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at;
    while let Some(byte) = bytes.get(end) {
        let signed = matches!(bytes.get(end.saturating_sub(1)), Some(b'e' | b'E'));
        match byte {
            b'0'..=b'9' | b'.' | b'e' | b'E' => end += 1,
            b'-' | b'+' if signed => end += 1,
            _ => break,
        }
    }
    end
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
    fn a_tab_is_one_character() {
        for (line, counted, expected) in [
            ("\t\tab", 9, 3),
            ("\t\tab", 10, 4),
            ("\tab", 1, 1),
            ("ab", 2, 2),
            ("ab", 3, 3),
            ("\t", 5, 2),
        ] {
            assert_eq!(column(line, counted), expected, "{line:?} {counted}");
        }
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
        for number in ["1e999999999", "1.5E+309", "1e-309", &"9".repeat(1001)] {
            let error = check(&format!("package a\nx := {number}")).unwrap_err();
            assert_eq!(error.position().map(|at| (at.line, at.column)), Some((2, 6)));
        }
        assert!(check("package a\nx := a1e999 + 1e308 - 10.5 + `1e999` # 1e999").is_ok());
    }
}
