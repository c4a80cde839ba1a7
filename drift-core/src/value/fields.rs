//! Fields of a map, found in one scan of it.

use super::{Tag, Value};

impl<'d> Value<'d> {
    /// The values of a map's fields, as [`Value::fields`].
    pub(crate) fn field_values(self) -> impl Iterator<Item = Value<'d>> + use<'d> {
        let node = self.node();
        let mut next = self.id + 1;
        std::iter::from_fn(move || {
            while next < node.b && node.tag == Tag::Map {
                let key = self.document.node(next);
                let value = self.document.value(next + 1);
                next = self.document.after(next + 1);
                if !key.dropped {
                    return Some(value);
                }
            }
            None
        })
    }

    /// The fields of these names, found in one scan of the map's fields.
    pub(crate) fn pick<const N: usize>(self, names: [&str; N]) -> [Option<Value<'d>>; N] {
        // A bit for each length that one of the names has: most names of a large map have none of them.
        let bit = |length: usize| 1_u64 << length.min(63);
        let lengths = names.iter().fold(0, |lengths, name| lengths | bit(name.len()));
        let mut found = [None; N];
        let map = self.node();
        let mut key = self.id + 1;
        while key < map.b && map.tag == Tag::Map {
            let node = self.document.node(key);
            if lengths & bit(node.b.wrapping_sub(node.a) as usize) != 0 {
                for (name, found) in names.iter().zip(&mut found) {
                    if self.document.is_name(node, name) {
                        *found = Some(self.document.value(key + 1));
                    }
                }
            }
            key = self.document.after(key + 1);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::value::{Document, DuplicateKeys, ReadOptions, Value};

    #[test]
    fn fields_are_found_by_names_of_any_length_and_spelling() {
        let (long, other) = ("n".repeat(200), "m".repeat(200));
        let text = format!(
            r#"{{"a": 1, "": 2, "{long}": 3, "\u0062": 4, "in": {{"c": 5}}, "a": 6, "zz": 7}}"#
        );
        let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
        let document = Document::parse_json(text.as_bytes(), &options).unwrap();
        let root = document.root();
        let found = root.pick(["b", &long, "", "c", "a", &other]);
        let number = |value: Value<'_>| value.as_number().and_then(|number| number.as_i64());
        let found = found.map(|value| value.and_then(number));
        assert_eq!(found, [Some(4), Some(3), Some(2), None, Some(6), None]);
        let values: Vec<_> = root.field_values().map(number).collect();
        assert_eq!(values, [Some(2), Some(3), Some(4), None, Some(6), Some(7)]);
        assert!(Value::null().pick(["a"]).iter().all(Option::is_none));
    }
}
