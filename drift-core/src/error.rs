//! The one error type: a stable code, what went wrong, where, and what to do about it.
//!
//! Only parsing and loading fail; analysis never does. Messages are lower case, without a full
//! stop, with user input in backticks, and never hold a value from a secret place.

use crate::line::in_line;
use std::fmt;

/// The stable code of an [`Error`], the same in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// The text is not what its syntax allows.
    Parse,
    /// A limit of [`crate::limits::Limits`] was passed.
    Limit,
    /// Someone asked to stop: see [`crate::limits::Stop`].
    Stopped,
    /// A map holds one key twice.
    DuplicateField,
    /// A snapshot holds one resource key twice.
    DuplicateKey,
    /// The document is well formed and is not what its format asks for.
    Format,
    /// The document holds no resources.
    NoResources,
    /// A rule file is malformed, contradictory or impossible.
    Rule,
    /// A policy is malformed, asks for what there is not, or cannot be prepared.
    Policy,
    /// A mapping is malformed or does not fit the document.
    Mapping,
    /// A path, pointer or pattern is malformed.
    Path,
    /// A timestamp is malformed, naive or out of range.
    Time,
    /// An option has a value that it cannot have.
    Option,
    /// An address or path names nothing, or more than one thing.
    Address,
    /// The report no longer has the documents that the question needs.
    NoDocuments,
    /// A report or partial in JSON form is malformed or of an unknown version.
    Wire,
    /// A fault of the engine itself; please report it.
    Internal,
}

impl Code {
    /// The code as it stands in every language, `DRIFT_PARSE` for example.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "DRIFT_PARSE",
            Self::Limit => "DRIFT_LIMIT",
            Self::Stopped => "DRIFT_STOPPED",
            Self::DuplicateField => "DRIFT_DUPLICATE_FIELD",
            Self::DuplicateKey => "DRIFT_DUPLICATE_KEY",
            Self::Format => "DRIFT_FORMAT",
            Self::NoResources => "DRIFT_NO_RESOURCES",
            Self::Rule => "DRIFT_RULE",
            Self::Policy => "DRIFT_POLICY",
            Self::Mapping => "DRIFT_MAPPING",
            Self::Path => "DRIFT_PATH",
            Self::Time => "DRIFT_TIME",
            Self::Option => "DRIFT_OPTION",
            Self::Address => "DRIFT_ADDRESS",
            Self::NoDocuments => "DRIFT_NO_DOCUMENTS",
            Self::Wire => "DRIFT_WIRE",
            Self::Internal => "DRIFT_INTERNAL",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Byte offset from the start of the text.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl Position {
    /// The position of the byte `offset` in `text`, or of its end where `offset` lies behind it.
    ///
    /// ```
    /// use drift_core::Position;
    /// let at = Position::of(b"a: 1\nb: ?", 8);
    /// assert_eq!((at.line, at.column), (2, 4));
    /// ```
    #[must_use]
    pub fn of(text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let tail = before.get(start..).unwrap_or_default();
        // Continuation bytes of UTF-8 do not start a character.
        let column = tail.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() + 1;
        Self { offset: before.len(), line, column }
    }
}

/// What went wrong while parsing or loading, where, and what to do.
///
/// ```
/// use drift_core::{Format, Snapshot};
/// let error = Snapshot::parse(b"[{]", Format::Records).unwrap_err();
/// assert_eq!(error.code().as_str(), "DRIFT_PARSE");
/// assert_eq!(error.to_string(), "expected a string as a field name, line 1 column 3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    code: Code,
    message: String,
    help: Option<String>,
    file: Option<String>,
    position: Option<Position>,
    resource: Option<String>,
    path: Option<String>,
}

/// The result of parsing and loading.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `code` with a message in lower case and without a full stop.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                code,
                message: message.into(),
                help: None,
                file: None,
                position: None,
                resource: None,
                path: None,
            }),
        }
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.inner.help = Some(help.into());
        self
    }

    /// Adds the name of the file, where none is known yet.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.inner.file.get_or_insert_with(|| file.into());
        self
    }

    /// Adds the place in the text.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.inner.position = Some(position);
        self
    }

    /// Adds the resource, or the rule, that the error is about.
    #[must_use]
    pub fn on_resource(mut self, resource: impl Into<String>) -> Self {
        self.inner.resource = Some(resource.into());
        self
    }

    /// Adds the path inside the document.
    #[must_use]
    pub fn on_path(mut self, path: impl Into<String>) -> Self {
        self.inner.path = Some(path.into());
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.inner.code
    }

    /// What went wrong, without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.inner.help.as_deref()
    }

    /// The file it happened in.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.inner.file.as_deref()
    }

    /// The place in the text.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.inner.position
    }

    /// The resource, or the rule, it is about.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.inner.resource.as_deref()
    }

    /// The path inside the document.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.inner.path.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_line(&self.inner.message))?;
        if let Some(resource) = &self.inner.resource {
            write!(f, ", in `{}`", in_line(resource))?;
        }
        if let Some(path) = &self.inner.path {
            write!(f, ", at `{}`", in_line(path))?;
        }
        if let Some(file) = &self.inner.file {
            write!(f, ", file `{}`", in_line(file))?;
        }
        if let Some(at) = self.inner.position {
            write!(f, ", line {} column {}", at.line, at.column)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_says_makes_no_lines() {
        let error =
            Error::new(Code::Format, "no `a\n::b`").on_resource("c\n::d").on_path("/e\n::f");
        let text = "no `a\\n::b`, in `c\\n::d`, at `/e\\n::f`, file `g\\n::h`";
        assert_eq!(error.in_file("g\n::h").to_string(), text);
    }

    #[test]
    fn position_counts_characters() {
        let at = Position::of("é\nüx".as_bytes(), 5);
        assert_eq!((at.line, at.column), (2, 2));
    }

    #[test]
    fn position_behind_the_end_is_the_end() {
        assert_eq!(Position::of(b"ab", 9), Position { offset: 2, line: 1, column: 3 });
    }

    #[test]
    fn display_names_every_place_that_is_known() {
        let error = Error::new(Code::Rule, "no such fact `x`")
            .on_resource("r1")
            .on_path("/a")
            .in_file("rules.yaml")
            .in_file("never overwritten")
            .at(Position { offset: 0, line: 3, column: 1 });
        let text = "no such fact `x`, in `r1`, at `/a`, file `rules.yaml`, line 3 column 1";
        assert_eq!(error.to_string(), text);
    }
}
