//! What the annotations of a module say: `# METADATA`, and behind it YAML in comments.

use super::fail;
use crate::error::{Error, Position, Result};
use crate::source::strict::optional;
use crate::value::{Document, ReadOptions, Value, YamlSchema};

/// A block of annotations, still as text.
#[derive(Clone, Debug)]
pub(super) struct Annotations {
    /// The line of what it is about: that of the first word behind it.
    pub(super) of_line: usize,
    /// The YAML.
    text: String,
    /// The line that the YAML starts at.
    line: usize,
}

/// The blocks of a text, in order.
pub(super) fn read(text: &str) -> Vec<Annotations> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        if line.trim() != "# METADATA" {
            continue;
        }
        let mut yaml = String::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with('#')) {
            let said = line.strip_prefix("# ").or_else(|| line.strip_prefix('#'));
            yaml.push_str(said.unwrap_or_default());
            yaml.push('\n');
        }
        let of_line = lines.peek().map_or(0, |(at, _)| at + 1);
        found.push(Annotations { of_line, text: yaml, line: at + 2 });
    }
    found
}

impl Annotations {
    /// Hands the map over to `said`; errors are told at its place in the module.
    pub(super) fn ask<T>(&self, said: impl FnOnce(Value<'_>) -> Result<T>) -> Result<T> {
        let options = ReadOptions::default();
        let document = Document::parse_yaml(self.text.as_bytes(), YamlSchema::Core, &options);
        let answer = document.and_then(|document| said(document.root()));
        answer.map_err(|error| self.located(&error))
    }

    fn located(&self, error: &Error) -> Error {
        let at = error.position();
        let line = self.line + at.map_or(1, |at| at.line) - 1;
        let column = at.map_or(1, |at| at.column) + 2;
        let told = fail(format!("the annotations: {}", error.message()));
        let told = told.at(Position { offset: 0, line, column });
        match error.help() {
            Some(help) => told.with_help(help),
            None => told,
        }
    }
}

/// The fields of the user's own.
pub(super) fn custom<'d>(root: Value<'d>) -> Option<Value<'d>> {
    optional(root, "custom")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_about_what_comes_next() {
        let text = "# METADATA\n# title: a\n# custom:\n#   severity: high\npackage a\n\n# METADATA\n\
            #title: b\ndeny := true\n";
        let blocks = read(text);
        let titles: Vec<_> = blocks
            .iter()
            .map(|block| {
                let title = |root: Value<'_>| Ok(root.str_field("title").map(str::to_owned));
                (block.of_line, block.ask(title).unwrap())
            })
            .collect();
        let expected = [(5, Some("a".to_owned())), (9, Some("b".to_owned()))];
        assert_eq!(titles, expected);
        let error = blocks[0].ask(|root| Err::<(), _>(fail("no").at(root.position()))).unwrap_err();
        assert_eq!(error.position().map(|at| at.line), Some(2));
        let broken = &read("# METADATA\n# a: [\npackage a")[0];
        assert_eq!(broken.ask(|_| Ok(())).unwrap_err().code().as_str(), "DRIFT_POLICY");
    }
}
