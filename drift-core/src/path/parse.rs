//! The text forms of paths: path text, JSON Pointer, and the part of JSONPath that selects nodes.

use super::{Fields, Path, PatternStep, Step};
use crate::error::{Code, Error, Position, Result};
use crate::value::{Document, ReadOptions, Tree};

/// The tokens of a JSON Pointer (RFC 6901), unescaped.
pub(super) fn pointer_tokens(pointer: &str) -> Result<Vec<String>> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let Some(tokens) = pointer.strip_prefix('/') else {
        return Err(Error::new(Code::Path, "expected a JSON Pointer to start with `/`"));
    };
    tokens
        .split('/')
        .map(|token| {
            let escapes = token.matches('~').count();
            if escapes != token.matches("~0").count() + token.matches("~1").count() {
                return Err(Error::new(Code::Path, "expected `~0` or `~1` in a JSON Pointer"));
            }
            Ok(token.replace("~1", "/").replace("~0", "~"))
        })
        .collect()
}

/// Path text; every step is definite.
pub(super) fn path(text: &str) -> Result<Path> {
    let mut scanner = Scanner { text, at: 0 };
    let mut steps = Vec::new();
    while !scanner.done() {
        let at = scanner.at;
        let definite = match scanner.step(steps.is_empty())? {
            PatternStep::Field(name) => Step::Field(name),
            PatternStep::Index(index) => Step::Index(index),
            PatternStep::Key(keys) => Step::Key(keys),
            PatternStep::Value(value) => Step::Value(value),
            PatternStep::Decoded(format) => Step::Decoded(format),
            PatternStep::Hidden(index) => Step::Hidden(index),
            PatternStep::Any
            | PatternStep::Item
            | PatternStep::Name(_)
            | PatternStep::Has(_)
            | PatternStep::Descend => {
                return Err(scanner.fail_at(at, "expected a path without `*`"));
            }
        };
        steps.push(definite);
    }
    Ok(Path::new(steps))
}

/// A pattern in any of its three forms.
pub(super) fn pattern(text: &str) -> Result<Vec<PatternStep>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if text.starts_with('/') {
        let tokens = pointer_tokens(text)?.into_iter();
        return Ok(tokens
            .map(|token| match token.as_str() {
                "*" => PatternStep::Any,
                _ => PatternStep::Name(token),
            })
            .collect());
    }
    let mut scanner = Scanner { text, at: 0 };
    let mut steps = Vec::new();
    if text.starts_with('$') {
        scanner.at = 1;
        while !scanner.done() {
            scanner.segment(&mut steps)?;
        }
    } else {
        while !scanner.done() {
            steps.push(scanner.step(steps.is_empty())?);
        }
    }
    Ok(steps)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn done(&self) -> bool {
        self.rest().is_empty()
    }

    fn fail(&self, message: &str) -> Error {
        self.fail_at(self.at, message)
    }

    fn fail_at(&self, at: usize, message: &str) -> Error {
        Error::new(Code::Path, message).at(Position::of(self.text.as_bytes(), at))
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str, message: &str) -> Result<()> {
        if self.eat(token) { Ok(()) } else { Err(self.fail(message)) }
    }

    fn space(&mut self) {
        while self.eat(" ") {}
    }

    /// A bare name; JSONPath allows letters beyond ASCII.
    fn word(&mut self) -> Result<String> {
        let rest = self.rest();
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        if word.is_empty() {
            return Err(self.fail("expected a name"));
        }
        self.at += end;
        Ok(word.to_owned())
    }

    fn number(&mut self) -> Result<usize> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let digits = rest.get(..end).unwrap_or_default();
        let number = digits.parse().map_err(|_| self.fail("expected a number"))?;
        self.at += end;
        Ok(number)
    }

    /// The JSON value that starts here.
    fn json(&mut self) -> Result<Tree> {
        let end = json_length(self.rest());
        let text = self.rest().get(..end).unwrap_or_default();
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default());
        let document = document.map_err(|_| self.fail("expected a JSON value"))?;
        self.at += end;
        Ok(Tree::of(document.root()))
    }

    fn quoted(&mut self) -> Result<String> {
        match self.json()? {
            Tree::String(text) => Ok(text),
            _ => Err(self.fail("expected a quoted name")),
        }
    }

    /// A string in single quotes, as JSONPath allows: `\'` and `\\` are its escapes.
    fn single_quoted(&mut self) -> Result<String> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => {
                    self.at += at + 1;
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('\'' | '\\' | '"' | '/'))) => text.push(escaped),
                    _ => return Err(self.fail_at(start, "expected a simple escape")),
                },
                c => text.push(c),
            }
        }
        Err(self.fail_at(start, "expected `'` at the end of the string"))
    }

    fn string(&mut self) -> Result<String> {
        if self.rest().starts_with('\'') { self.single_quoted() } else { self.quoted() }
    }

    /// One step of path text.
    fn step(&mut self, first: bool) -> Result<PatternStep> {
        if self.eat("|") {
            return Ok(PatternStep::Decoded(self.word()?));
        }
        if self.rest().starts_with('[') {
            return self.bracket();
        }
        if !first {
            self.expect(".", "expected `.`, `[` or `|`")?;
        }
        if self.eat("*") {
            return Ok(PatternStep::Any);
        }
        self.word().map(PatternStep::Field)
    }

    fn bracket(&mut self) -> Result<PatternStep> {
        self.expect("[", "expected `[`")?;
        let step = match self.rest().bytes().next() {
            Some(b'*') => {
                self.at += 1;
                PatternStep::Any
            }
            Some(b'#') => {
                self.at += 1;
                PatternStep::Hidden(self.number()?)
            }
            Some(b'=') => {
                self.at += 1;
                PatternStep::Value(self.json()?)
            }
            Some(b'0'..=b'9') => PatternStep::Index(self.number()?),
            Some(b'"') => {
                let name = self.quoted()?;
                if self.rest().starts_with('=') {
                    self.keys(name)?
                } else {
                    PatternStep::Field(name)
                }
            }
            _ => {
                let name = self.word()?;
                self.keys(name)?
            }
        };
        self.expect("]", "expected `]`")?;
        Ok(step)
    }

    /// `name=value` and what follows after commas; the first name is read.
    fn keys(&mut self, first: String) -> Result<PatternStep> {
        let mut keys = Vec::new();
        let mut name = first;
        loop {
            self.expect("=", "expected `=` after the key's name")?;
            keys.push((name, self.json()?));
            if !self.eat(",") {
                break;
            }
            name = if self.rest().starts_with('"') { self.quoted()? } else { self.word()? };
        }
        keys.sort();
        Ok(PatternStep::Key(keys))
    }

    /// One segment of JSONPath (RFC 9535).
    fn segment(&mut self, steps: &mut Vec<PatternStep>) -> Result<()> {
        if self.eat("..") {
            steps.push(PatternStep::Descend);
            if self.rest().starts_with('[') {
                return self.selector(steps);
            }
            return self.member(steps);
        }
        if self.eat(".") {
            return self.member(steps);
        }
        self.selector(steps)
    }

    fn member(&mut self, steps: &mut Vec<PatternStep>) -> Result<()> {
        let step = if self.eat("*") { PatternStep::Any } else { PatternStep::Field(self.word()?) };
        steps.push(step);
        Ok(())
    }

    fn selector(&mut self, steps: &mut Vec<PatternStep>) -> Result<()> {
        self.expect("[", "expected `.`, `..` or `[`")?;
        self.space();
        let step = match self.rest().bytes().next() {
            Some(b'*') => {
                self.at += 1;
                PatternStep::Any
            }
            // A slice selects nothing of a map (RFC 9535, 2.3.4.2.2).
            Some(b':') => {
                self.at += 1;
                PatternStep::Item
            }
            Some(b'0'..=b'9') => PatternStep::Index(self.number()?),
            Some(b'"' | b'\'') => PatternStep::Field(self.string()?),
            Some(b'?') => {
                self.at += 1;
                self.filter()?
            }
            _ => return Err(self.unsupported()),
        };
        self.space();
        if !self.eat("]") {
            return Err(self.unsupported());
        }
        steps.push(step);
        Ok(())
    }

    fn unsupported(&self) -> Error {
        self.fail(
            "expected a name, `*`, an index, or a filter of equalities and fields that are there",
        )
        .with_help("conditions on the resource belong in `match.where`")
    }

    /// `?@.name=="web" && @.port==80` or `?@=="x"`: what an element is known by; `?@.image`: what it has.
    fn filter(&mut self) -> Result<PatternStep> {
        self.space();
        let parenthesis = self.eat("(");
        let mut keys = Vec::new();
        let mut names = Vec::new();
        let step = loop {
            self.space();
            self.expect("@", "expected `@` in the filter")?;
            let name = if self.eat(".") {
                Some(self.word()?)
            } else if self.eat("[") {
                let name = self.string()?;
                self.expect("]", "expected `]`")?;
                Some(name)
            } else {
                None
            };
            self.space();
            if self.eat("==") {
                self.space();
                let value = if self.rest().starts_with('\'') {
                    Tree::String(self.single_quoted()?)
                } else {
                    self.json()?
                };
                match name {
                    Some(name) => keys.push((name, value)),
                    None if keys.is_empty() && names.is_empty() => break PatternStep::Value(value),
                    None => return Err(self.unsupported()),
                }
            } else if let Some(name) = name {
                names.push(name);
            } else {
                return Err(self.unsupported());
            }
            self.space();
            if !self.eat("&&") {
                keys.sort();
                names.sort();
                break match names.is_empty() {
                    true => PatternStep::Key(keys),
                    false => PatternStep::Has(Fields { names, values: keys }),
                };
            }
        };
        if parenthesis {
            self.expect(")", "expected `)`")?;
        }
        Ok(step)
    }
}

/// How far the JSON value at the start of `text` reaches, if it is one.
fn json_length(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        if in_string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    in_string = false;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
            continue;
        }
        match c {
            '"' => in_string = true,
            '[' | '{' => depth += 1,
            ']' | '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            ',' | ']' | '}' | ' ' | '&' | ')' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}
