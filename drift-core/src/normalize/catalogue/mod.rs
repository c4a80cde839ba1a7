//! Catalogues: what a published schema says of many types, distilled by a tool in the repository. One
//! is read one type at a time, when a document first asks for it.

mod aws;
mod expansion;
mod kubernetes;

use super::packed;
use super::rule::Rule;
use super::transform::Transform;
use std::sync::{Arc, OnceLock};

/// What is generated from schemas, with the names of the packs.
pub(super) static CATALOGUES: [Catalogue; 2] = [
    Catalogue { pack: "aws_schema", version: packed::AWS_VERSION, contents: Contents::Aws(&AWS) },
    Catalogue {
        pack: "kubernetes_schema",
        version: packed::KUBERNETES_VERSION,
        contents: Contents::Kubernetes(&KUBERNETES),
    },
];

static AWS: aws::Types = aws::Types::new(packed::AWS_HEAD, &packed::AWS_BLOCKS);
static KUBERNETES: kubernetes::Types = kubernetes::Types::new();

/// The transform of this number.
pub(super) fn transform(number: u16) -> Option<&'static Transform> {
    static ALL: OnceLock<Vec<Transform>> = OnceLock::new();
    ALL.get_or_init(|| AWS.transforms()).get(usize::from(number))
}

/// A part of what Cloud Control knows a resource by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) property: String,
    /// Whether only the service writes it.
    pub(crate) made_up: bool,
}

/// The parts of the id of a type of CloudFormation, in their order; none of a type that is not known.
pub(crate) fn identifier(type_name: &str) -> Vec<Part> {
    AWS.identifier(type_name).unwrap_or_default()
}

/// A catalogue that is built in.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The name of the pack.
    pub(super) pack: &'static str,
    /// Changes with what it says.
    pub(super) version: &'static str,
    contents: Contents,
}

#[derive(Debug)]
enum Contents {
    Aws(&'static aws::Types),
    Kubernetes(&'static kubernetes::Types),
}

impl Catalogue {
    /// The name under which the rules of a type are kept: its own, the empty one for all types that
    /// the catalogue does not know, and none for other providers.
    pub(super) fn entry<'n>(&self, provider: &str, type_name: &'n str) -> Option<&'n str> {
        match self.contents {
            Contents::Aws(types) => types.knows(type_name).then_some(type_name),
            Contents::Kubernetes(types) => types.entry(provider, type_name),
        }
    }

    /// The rule of this id, as one of the types has it.
    pub(super) fn named(&self, id: &str) -> Option<Arc<Rule>> {
        let of = |entry: &str| self.rules(entry).into_iter().find(|rule| rule.id == id);
        match self.contents {
            Contents::Aws(_) => of(id.split_once('.')?.0),
            Contents::Kubernetes(types) => types.entries().find_map(of),
        }
    }

    /// The rules of an entry; none where the text cannot be read, which a test rules out.
    pub(super) fn rules(&self, entry: &str) -> Vec<Arc<Rule>> {
        let read = match self.contents {
            Contents::Aws(types) => types.rules(self.pack, entry),
            Contents::Kubernetes(types) => types.rules(self.pack, entry),
        };
        read.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_built_in_is_read() {
        let mut known = 0;
        for block in &packed::AWS_BLOCKS {
            for line in block.text.text().unwrap().lines() {
                let type_name = line.split('"').nth(3).unwrap();
                assert!(AWS.knows(type_name), "{type_name}");
                let rules = AWS.rules("aws_schema", type_name).unwrap();
                assert!(!rules.is_empty() || !line.contains(','), "{type_name}");
                known += 1;
            }
        }
        assert!(known > 1_800, "{known} types of AWS");
        for entry in KUBERNETES.entries() {
            assert!(!KUBERNETES.rules("kubernetes_schema", entry).unwrap().is_empty(), "{entry}");
        }
    }
}
