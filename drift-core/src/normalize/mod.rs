//! What is known about resource types, and when two values mean the same.
//!
//! Rules come from users, mappings, schemas and packs, in one language. For a resource they
//! compile into one [`Shape`].

mod ahead;
mod bridged;
mod bundle;
mod canonical;
mod catalogue;
mod classes;
mod condition;
mod crd_schema;
mod definitions;
mod disable;
mod equality;
mod facts;
mod glob;
mod guide;
mod fold;
mod leaf;
mod load;
mod load_equal;
mod load_when;
mod look;
mod machine;
mod meaning;
mod memo;
mod naming;
mod packed;
mod packs;
mod provider_schema;
mod rank;
mod recorded;
mod rule;
mod rules;
mod secret;
mod shape;
mod shapes;
mod spot;
mod transform;

pub(crate) use canonical::{
    Canon, decode, is_recalled_unordered, is_unordered, names_secret_entry, names_secret_entry_tree,
};
pub(crate) use catalogue::{Part, identifier};
pub(crate) use condition::{Around, Told};
pub use condition::{Test, When};
pub(crate) use definitions::Definitions;
pub(crate) use equality::arn::resource as arn_resource;
pub use equality::{Equalities, Equality, Relation, Scalar};
pub(crate) use facts::Facts;
pub(crate) use fold::Fold;
pub use glob::Glob;
#[cfg(feature = "rego")]
pub(crate) use load::read_match;
pub(crate) use look::{Look, Names};
pub(crate) use meaning::Whole;
pub use meaning::{Direction, Let, Meaning, Opened, Reach, Strength, Switch, Way};
pub use naming::Naming;
pub use packs::Packs;
pub(crate) use packs::findings;
pub(crate) use recorded::Recorded;
pub(crate) use rule::FactKind;
pub use rule::{
    Fact, Layer, ListSemantics, Match, Move, Order, Relative, Rule, Severity, Tolerance, Undeclared,
};
pub(crate) use rules::RuleSet;
pub use rules::Rules;
pub(crate) use secret::{is_secret_flag, names_header, names_secret};
pub use shape::Shape;
pub(crate) use shape::{Cursor, Entry};
pub(crate) use shapes::{ShapeCache, ShapeStore};
