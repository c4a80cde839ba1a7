//! Names for elements of sets that are too long to stand in the path of each change below them.
//!
//! A member of a set goes by its value. Where a long one has changed in many places, every path would carry all
//! of it. Such a member goes by its short fields, as an element of a keyed list does, where these tell it from
//! all others of its list.

use crate::path::Step;
use crate::value::{Kind, Tree, Value};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// A member whose text has more bytes than this does not stand in a path.
const LONGEST: usize = 1024;
/// A field whose text has more bytes than this names nothing.
const LONGEST_FIELD: usize = 64;
/// So many fields name a member at most, of so many that are looked at.
const MOST: usize = 8;
const MOST_TRIED: usize = 32;

/// Whether the text of a value is too long to stand in a path.
pub(super) fn is_long(tree: &Tree) -> bool {
    /// Takes so many bytes and refuses more.
    struct Room(usize);
    impl Write for Room {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    write!(Room(LONGEST), "{tree}").is_err()
}

/// The short fields that all members of a list have, and how often each run of their values stands there.
#[derive(Default)]
pub(super) struct Brief<'v> {
    fields: Vec<&'v str>,
    counts: [BTreeMap<String, usize>; 2],
}

impl<'v> Brief<'v> {
    /// Of the members of both sides, of which the first are those that paths are read on.
    pub(super) fn of([desired, actual]: [&[Value<'v>]; 2]) -> Self {
        let first = desired.first().copied().unwrap_or(Value::null());
        let mut fields: Vec<&str> =
            first.fields().filter(|(_, value)| is_short(*value)).map(|(name, _)| name).collect();
        fields.sort_unstable();
        fields.truncate(MOST_TRIED);
        for item in desired {
            fields.retain(|name| item.get(name).is_some_and(is_short));
        }
        fields.truncate(MOST);
        let count = |items: &[Value<'_>]| {
            let mut counts = BTreeMap::new();
            for text in items.iter().filter_map(|item| text(&fields, *item)) {
                *counts.entry(text).or_default() += 1;
            }
            counts
        };
        let counts = [count(desired), count(actual)];
        Self { fields, counts }
    }

    /// The step that names a member of desired; nothing where its fields do not tell it from others.
    pub(super) fn step(&self, item: Value<'_>) -> Option<Step> {
        let text = text(&self.fields, item)?;
        let alone = self.counts.iter().all(|counts| counts.get(&text).is_none_or(|of| *of == 1));
        let key = |name: &&str| Some(((*name).to_owned(), Tree::of(item.get(name)?)));
        alone.then(|| self.fields.iter().filter_map(key).collect()).map(Step::Key)
    }
}

/// What the fields of a member say; nothing where it lacks one, or there are none.
fn text(fields: &[&str], item: Value<'_>) -> Option<String> {
    let mut text = String::new();
    for name in fields {
        let value = item.get(name).filter(|value| is_short(*value))?;
        writeln!(text, "{}", Tree::of(value)).ok()?;
    }
    (!text.is_empty()).then_some(text)
}

fn is_short(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::String => value.as_str().is_some_and(|text| text.len() <= LONGEST_FIELD),
        Kind::Number | Kind::Bool => Tree::of(value).to_string().len() <= LONGEST_FIELD,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Path;
    use crate::value::{Document, ReadOptions};

    fn names(desired: &str, actual: &str) -> Vec<Option<String>> {
        let options = ReadOptions::default();
        let [desired, actual] =
            [desired, actual].map(|text| Document::parse_json(text.as_bytes(), &options).unwrap());
        let [d, a]: [Vec<Value<'_>>; 2] =
            [&desired, &actual].map(|document| document.root().items().collect());
        let brief = Brief::of([&d, &a]);
        let name = |item: &Value<'_>| Some(Path::new(vec![brief.step(*item)?]).to_string());
        d.iter().map(name).collect()
    }

    #[test]
    fn short_fields_name_a_member_that_they_tell_apart() {
        let two = r#"[{"port":22,"on":true,"long":["x"]},{"port":23,"on":true,"long":["x"]}]"#;
        let named = ["[on=true,port=22]", "[on=true,port=23]"].map(|name| Some(name.to_owned()));
        assert_eq!(names(two, two), named);
        assert_eq!(names(two, "[]"), named);
        let same = r#"[{"port":22},{"port":22},{"port":23}]"#;
        assert_eq!(names(same, "[]"), [None, None, Some("[port=23]".to_owned())]);
        // On the other side two go by it.
        assert_eq!(names(r#"[{"port":23}]"#, r#"[{"port":23},{"port":23,"x":1}]"#), [None]);
        // What one lacks names none, and neither does what is long, or no scalar.
        assert_eq!(names(r#"[{"a":1,"b":1},{"a":2}]"#, "[]")[0].as_deref(), Some("[a=1]"));
        let long = format!(r#"[{{"a":"{}","b":[],"c":{{}},"d":null}}]"#, "x".repeat(65));
        assert_eq!(names(&long, "[]"), [None]);
        assert_eq!(names(r#"[["x"]]"#, "[]"), [None]);
    }

    #[test]
    fn a_name_has_a_bound() {
        let fields: Vec<String> = (0..99).map(|at| format!(r#""f{at:02}":{at}"#)).collect();
        let wide = format!("[{{{}}}]", fields.join(","));
        let name = names(&wide, "[]").remove(0).unwrap();
        assert!(name.starts_with("[f00=0,f01=1,") && name.ends_with(",f07=7]"), "{name}");
        let text = |length: usize| Tree::String("x".repeat(length));
        assert!(!is_long(&text(LONGEST - 2)) && is_long(&text(LONGEST - 1)));
    }
}
