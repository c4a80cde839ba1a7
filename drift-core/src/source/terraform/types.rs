//! Types that are other names of one type.

use super::STRICT;
use crate::error::Result;
use crate::value::{Document, ReadOptions, YamlSchema};
use std::collections::BTreeMap;
use std::sync::OnceLock;

static TYPES: &str = include_str!("../../../mappings/terraform-types.yaml");

/// The canonical type of a type that a state names otherwise.
///
/// # Errors
/// Where the table that is built in does not load, which a test rules out.
pub(super) fn renamed(type_name: &str) -> Result<Option<&'static str>> {
    static LOADED: OnceLock<Result<BTreeMap<String, String>>> = OnceLock::new();
    let types = LOADED.get_or_init(load).as_ref().map_err(Clone::clone)?;
    Ok(types.get(type_name).map(String::as_str))
}

fn load() -> Result<BTreeMap<String, String>> {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(TYPES.as_bytes(), YamlSchema::Core, &options)?;
    let entry = |(name, value)| Ok((String::from(name), STRICT.text(value, "a type")?.to_owned()));
    document.root().fields().map(entry).collect()
}

/// The canonical types, the last of them kept: resources of one type mostly follow each other.
#[derive(Default)]
pub(super) struct Types {
    last: Option<(String, Option<&'static str>)>,
}

impl Types {
    /// As [`renamed`].
    pub(super) fn renamed(&mut self, type_name: &str) -> Result<Option<&'static str>> {
        match &self.last {
            Some((last, known)) if last == type_name => Ok(*known),
            _ => {
                let known = renamed(type_name)?;
                self.last = Some((type_name.to_owned(), known));
                Ok(known)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_load_and_lead_to_one_that_leads_nowhere() {
        for (name, of) in load().unwrap() {
            assert_eq!(renamed(&name).unwrap(), Some(of.as_str()));
            assert!(renamed(&of).unwrap().is_none_or(|again| again == of));
        }
        assert_eq!(renamed("aws_default_vpc").unwrap(), Some("aws_vpc"));
        assert_eq!(renamed("aws_instance").unwrap(), None);
    }
}
