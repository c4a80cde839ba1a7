//! Lines that YAML 1.2 wants further in, and that every parser in use takes as they are: the
//! closing bracket of a flow collection below its key, the second line of a quoted scalar.
//!
//! ```yaml
//! args: [
//!   "a",
//! ]
//! ```
//!
//! Where the parser refuses such a line, the text is given to it once more with those lines
//! pushed in. They are found by a reading that knows as much of YAML as that needs. It need not
//! be right: inside brackets and quotes the white space at the start of a line means nothing, and
//! the loader checks that all that was pushed in lies there.

/// What the parser says where it misses indentation.
pub(super) fn is_missing(info: &str) -> bool {
    matches!(
        info,
        "invalid indentation"
            | "invalid indentation in quoted scalar"
            | "invalid indentation in flow construct"
            | "tab cannot be used as indentation"
            | "tabs disallowed within this context (block indentation)"
    )
}

/// Spaces put in front of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pad {
    /// Where the line starts in the source.
    pub(super) at: usize,
    /// How many were put in up to and with this line.
    pub(super) sum: usize,
}

/// A text with lines pushed in.
pub(super) struct Padded {
    pub(super) text: String,
    pub(super) pads: Vec<Pad>,
}

/// `text` with the lines pushed in that stand too far out inside brackets and quotes; `None`
/// where there are none, or where that would take more room than the text itself.
pub(super) fn padded(text: &str) -> Option<Padded> {
    let mut reader = Reader { bytes: text.as_bytes(), at: 0, column: 0, lines: Vec::new() };
    while reader.at < reader.bytes.len() {
        reader.line();
    }
    let total: usize = reader.lines.iter().map(|(_, spaces)| spaces).sum();
    if reader.lines.is_empty() || total > text.len() + 4096 {
        return None;
    }
    let mut padded = Padded {
        text: String::with_capacity(text.len() + total),
        pads: Vec::with_capacity(reader.lines.len()),
    };
    let (mut from, mut sum) = (0, 0);
    for (at, spaces) in reader.lines {
        padded.text.push_str(text.get(from..at)?);
        padded.text.extend(std::iter::repeat_n(' ', spaces));
        sum += spaces;
        padded.pads.push(Pad { at, sum });
        from = at;
    }
    padded.text.push_str(text.get(from..)?);
    Some(padded)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Of the last key or dash on the line, and one more: how far in its value must stand.
    column: usize,
    /// The starts of lines, and how many spaces each lacks.
    lines: Vec<(usize, usize)>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.peek().is_some_and(&test) {
            self.at += 1;
        }
        self.at - start
    }

    fn skip_line(&mut self) {
        self.skip_while(|byte| byte != b'\n');
        self.at = (self.at + 1).min(self.bytes.len());
    }

    /// Whether a blank, the end of the line or the end of the text stands `ahead` of here.
    fn ends(&self, ahead: usize) -> bool {
        matches!(self.bytes.get(self.at + ahead), None | Some(b' ' | b'\t' | b'\r' | b'\n'))
    }

    /// One line in block context, with all that starts on it.
    fn line(&mut self) {
        let mut start = self.at;
        let indent = self.skip_while(|byte| byte == b' ');
        self.column = indent;
        let mut key = self.at;
        loop {
            self.skip_while(|byte| byte == b' ' || byte == b'\t');
            match self.peek() {
                None => return,
                Some(b'\r' | b'\n' | b'#') => return self.skip_line(),
                Some(b'-' | b'?') if self.ends(1) => {
                    self.column = self.at - start + 1;
                    self.at += 1;
                    key = self.at + 1;
                }
                Some(b':') if self.ends(1) => {
                    self.column = self.column.max(key.saturating_sub(start) + 1);
                    self.at += 1;
                }
                Some(b'&' | b'!' | b'*') => {
                    self.skip_while(|byte| !byte.is_ascii_whitespace());
                }
                Some(b'|' | b'>') => return self.text(),
                Some(b'"' | b'\'') => {
                    key = self.at;
                    if self.quoted() {
                        start = self.line_start();
                    }
                }
                Some(b'[' | b'{') => {
                    if self.flow() {
                        start = self.line_start();
                    }
                }
                Some(_) if self.bytes.get(self.at..self.at + 3) == Some(b"---") && self.ends(3) => {
                    self.at += 3;
                }
                Some(_) => {
                    key = self.at;
                    if !self.plain() {
                        return self.text();
                    }
                }
            }
        }
    }

    fn line_start(&self) -> usize {
        let before = self.bytes.get(..self.at).unwrap_or_default();
        before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
    }

    /// A plain scalar up to its `:`, a comment or the end of the line; whether a `:` follows.
    fn plain(&mut self) -> bool {
        loop {
            match self.peek() {
                None | Some(b'\n') => return false,
                Some(b':') if self.ends(1) => return true,
                Some(b' ' | b'\t') if self.bytes.get(self.at + 1) == Some(&b'#') => return false,
                Some(_) => self.at += 1,
            }
        }
    }

    /// The rest of the line and all that belongs to it: lines that are blank, or further in than
    /// what started on it. They hold the text of a block scalar, or more of a plain one.
    fn text(&mut self) {
        self.skip_line();
        let least = self.column.max(1);
        loop {
            let start = self.at;
            let indent = self.skip_while(|byte| byte == b' ');
            let blank = matches!(self.peek(), Some(b'\r' | b'\n'));
            if self.peek().is_none() {
                return;
            }
            if !blank && indent < least {
                self.at = start;
                return;
            }
            self.skip_line();
        }
    }

    /// A line break inside brackets or quotes: the next line may lack spaces.
    fn line_break(&mut self) {
        self.at += 1;
        let start = self.at;
        let indent = self.skip_while(|byte| byte == b' ');
        let blank = matches!(self.peek(), None | Some(b'\r' | b'\n'));
        if indent < self.column && !blank {
            self.lines.push((start, self.column - indent));
        }
    }

    /// A quoted scalar; whether it goes over several lines.
    fn quoted(&mut self) -> bool {
        let quote = self.peek();
        let mut lines = false;
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => {
                    lines = true;
                    self.line_break();
                }
                b'\\' if quote == Some(b'"') && self.bytes.get(self.at + 1) != Some(&b'\n') => {
                    self.at += 2;
                }
                b'\'' if quote == Some(byte) && self.bytes.get(self.at + 1) == Some(&byte) => {
                    self.at += 2;
                }
                _ => {
                    self.at += 1;
                    if quote == Some(byte) {
                        return lines;
                    }
                }
            }
        }
        lines
    }

    /// A flow collection; whether it goes over several lines.
    fn flow(&mut self) -> bool {
        let mut lines = false;
        let mut depth = 0_usize;
        // Whether a quote or a comment may start here.
        let mut fresh = true;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => {
                    lines = true;
                    self.line_break();
                    fresh = true;
                    continue;
                }
                b'"' | b'\'' if fresh => {
                    lines |= self.quoted();
                    fresh = false;
                    continue;
                }
                b'#' if fresh => {
                    self.skip_while(|byte| byte != b'\n');
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return lines;
            }
            let separates = matches!(byte, b'[' | b'{' | b',' | b' ' | b'\t');
            fresh = separates || (byte == b':' && !fresh && self.peek() != Some(b':'));
        }
        lines
    }
}
