//! Some fields of a map, without reading the others.

use super::scan::{Inside, Quoted, Scanner, Sink};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::ops::Range;

/// Where the wanted fields of the map in `text` at `range` stand, which is well-formed JSON; `None`
/// where that is no map.
pub(crate) fn pick<'w>(
    text: &str,
    range: Range<usize>,
    wanted: &'w BTreeSet<String>,
) -> Option<Vec<(&'w str, Range<usize>)>> {
    let mut pick =
        Pick { wanted, depth: 0, is_map: false, next: None, start: 0, found: Vec::new() };
    Scanner::new(text, range).value(&mut pick).ok()?;
    pick.is_map.then_some(pick.found)
}

struct Pick<'w> {
    wanted: &'w BTreeSet<String>,
    /// How many containers are open.
    depth: usize,
    is_map: bool,
    /// The wanted field that is read next.
    next: Option<&'w str>,
    /// Where its value starts.
    start: usize,
    found: Vec<(&'w str, Range<usize>)>,
}

impl Pick<'_> {
    fn scalar(&mut self, span: Range<usize>) -> Result<(), Infallible> {
        if self.depth == 1
            && let Some(name) = self.next.take()
        {
            self.found.push((name, span));
        }
        Ok(())
    }

    /// Whether the container is the map itself, or in a field that is wanted.
    fn open(&mut self, start: usize, is_map: bool) -> Result<Inside, Infallible> {
        match self.depth {
            0 => self.is_map = is_map,
            1 if self.next.is_none() => return Ok(Inside::Unseen),
            1 => self.start = start,
            _ => {}
        }
        self.depth += 1;
        Ok(Inside::Shown)
    }
}

impl Sink for Pick<'_> {
    type Stop = Infallible;

    fn null(&mut self, span: Range<usize>) -> Result<(), Infallible> {
        self.scalar(span)
    }

    fn bool(&mut self, span: Range<usize>, _: bool) -> Result<(), Infallible> {
        self.scalar(span)
    }

    fn number(&mut self, span: Range<usize>, _: &str, _: i64) -> Result<(), Infallible> {
        self.scalar(span)
    }

    fn string(&mut self, span: Range<usize>, _: Quoted<'_>) -> Result<(), Infallible> {
        self.scalar(span)
    }

    fn key(&mut self, _: Range<usize>, text: Quoted<'_>) -> Result<(), Infallible> {
        if self.depth == 1 {
            self.next = self.wanted.get(text.text()).map(String::as_str);
        }
        Ok(())
    }

    fn open_list(&mut self, start: usize) -> Result<Inside, Infallible> {
        self.open(start, false)
    }

    fn open_map(&mut self, start: usize) -> Result<Inside, Infallible> {
        self.open(start, true)
    }

    fn close(&mut self, end: usize, _: bool) -> Result<(), Infallible> {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 1
            && let Some(name) = self.next.take()
        {
            self.found.push((name, self.start..end));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_fields_are_found_and_others_are_passed() {
        let text =
            r#" {"a": {"b": [1, "b"]}, "b": [{"a": 1}], "c": "x", "d\u0065": null, "e": 1} "#;
        let wanted: BTreeSet<String> = ["a", "c", "de", "x"].map(String::from).into();
        let found = pick(text, 0..text.len(), &wanted).unwrap();
        let texts = found.iter().map(|(name, span)| (*name, text.get(span.clone()).unwrap()));
        let expected = [("a", r#"{"b": [1, "b"]}"#), ("c", r#""x""#), ("de", "null")];
        assert_eq!(texts.collect::<Vec<_>>(), expected);
        assert_eq!(pick("[1]", 0..3, &wanted), None);
        assert_eq!(pick("1", 0..1, &wanted), None);
        assert_eq!(pick("{}", 0..2, &wanted), Some(Vec::new()));
    }
}
