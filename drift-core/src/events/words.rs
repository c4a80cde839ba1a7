//! Names that are written in different ways, in one form: `memory_size`, `MemorySize`, `memorySize`.

use super::Words;
use crate::value::{Kind, Value};

/// The letters and digits of a name, small, without the ending of a plural or of a set.
pub(super) fn word(name: &str) -> String {
    let mut word = letters(name);
    for ending in ["set", "list", "s"] {
        if word.len() > ending.len() + 2 && word.ends_with(ending) {
            word.truncate(word.len() - ending.len());
        }
    }
    word
}

/// The letters and digits of a name, small.
pub(super) fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The names of all fields of a value.
pub(super) fn of(value: Value<'_>, own: bool) -> Words {
    let mut names = Vec::new();
    collect(value, &mut names);
    sorted(names, own)
}

pub(super) fn sorted(mut names: Vec<String>, own: bool) -> Words {
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    Words { names, own }
}

fn collect(value: Value<'_>, names: &mut Vec<String>) {
    match value.kind() {
        Kind::Map => {
            for (name, field) in value.fields() {
                names.push(word(name));
                collect(field, names);
            }
        }
        Kind::List => value.items().for_each(|item| collect(item, names)),
        _ => {}
    }
}

/// The names in the pointers of a JSON Patch.
pub(super) fn of_patch(patch: Value<'_>) -> Words {
    let mut names = Vec::new();
    for operation in patch.items() {
        // What is tested stays as it is, and what is moved is gone from where it was.
        let touched = match operation.str_field("op") {
            Some("test") => continue,
            Some("move") => ["path", "from"].as_slice(),
            _ => ["path"].as_slice(),
        };
        let pointers = touched.iter().filter_map(|name| operation.str_field(name));
        for pointer in pointers {
            names.extend(pointer.split('/').map(|token| word(&token.replace("~1", "/"))));
        }
        if let Some(value) = operation.get("value") {
            collect(value, &mut names);
        }
    }
    sorted(names, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_all_ways_to_write_a_name() {
        assert_eq!(word("memory_size"), word("MemorySize"));
        assert_eq!(word("tagSet"), word("tags"));
        assert_eq!(word("set"), "set");
        assert_eq!(word("dBInstanceIdentifier"), "dbinstanceidentifier");
        assert_eq!(word("é"), "");
    }
}
