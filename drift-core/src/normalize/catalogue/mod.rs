//! Catalogues: what a published schema says of many types, distilled by a tool in the repository. One
//! is read one type at a time, when a document first asks for it.

mod aws;
mod expansion;
mod kubernetes;

use super::packed::Packed;
use super::rule::Rule;
use super::transform::Transform;
use std::sync::{Arc, OnceLock};

include!(concat!(env!("OUT_DIR"), "/generated_packs.rs"));

/// What is generated from schemas, with the names of the packs.
pub(super) static CATALOGUES: [Catalogue; 2] = [
    Catalogue { pack: "aws_schema", version: AWS_VERSION, contents: Contents::Aws(&AWS) },
    Catalogue {
        pack: "kubernetes_schema",
        version: KUBERNETES_VERSION,
        contents: Contents::Kubernetes(&KUBERNETES),
    },
];

/// Types that are packed together, one a line.
#[derive(Debug)]
struct Block {
    /// The name of the first type.
    first: &'static str,
    text: Packed,
}

static AWS: aws::Types = aws::Types::new(AWS_HEAD, &AWS_BLOCKS);
static KUBERNETES: kubernetes::Types = kubernetes::Types::new(&KUBERNETES_TEXT);

/// The transform of this number.
pub(super) fn transform(number: u16) -> Option<&'static Transform> {
    static ALL: OnceLock<Vec<Transform>> = OnceLock::new();
    ALL.get_or_init(|| AWS.transforms()).get(usize::from(number))
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

    /// The rules of an entry; none where the text cannot be read, which a test rules out.
    pub(super) fn rules(&self, entry: &str) -> Vec<Arc<Rule>> {
        let read = match self.contents {
            Contents::Aws(types) => types.rules(self.pack, entry),
            Contents::Kubernetes(types) => types.rules(self.pack, entry),
        };
        read.unwrap_or_default()
    }
}
