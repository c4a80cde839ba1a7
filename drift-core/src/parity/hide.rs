//! What must not be shown of any copy: secrets with placeholders and without.

use super::substitute::{MARK, Substitute};
use crate::path::{Path, Step};
use crate::report::Masks;
use crate::value::Tree;

/// What stands in place of a text that must not be shown.
const MASK: &str = "[redacted]";

/// What looks for the secrets of all copies, one for each set of rules that copies have.
#[derive(Default)]
pub(super) struct Hiding(pub(super) Vec<Masks>);

impl Hiding {
    fn is_empty(&self) -> bool {
        self.0.iter().all(Masks::is_empty)
    }

    /// The text as it may be shown, where copies of these snapshots have it.
    pub(super) fn text(&self, text: &str, of: &[&Substitute]) -> String {
        let masked = self.0.iter().fold(text.to_owned(), |text, masks| masks.text(&text));
        if !masked.contains(MARK) || self.is_empty() {
            return masked;
        }
        let is_clear = |text: &String| self.0.iter().all(|masks| masks.text(text) == *text);
        let clear = |of: &&Substitute| {
            let before = of.before(text);
            before.is_some_and(|before| before.iter().all(is_clear))
        };
        if of.iter().all(clear) { masked } else { MASK.to_owned() }
    }

    /// The tree as it may be shown, where copies of these snapshots have it.
    pub(super) fn tree(&self, tree: Tree, of: &[&Substitute]) -> Tree {
        match self.0.iter().fold(tree, |tree, masks| masks.tree(tree)) {
            Tree::String(text) => Tree::String(self.text(&text, of)),
            Tree::List(items) => {
                Tree::List(items.into_iter().map(|item| self.tree(item, of)).collect())
            }
            Tree::Map(fields) => Tree::Map(
                fields.into_iter().map(|(name, value)| (name, self.tree(value, of))).collect(),
            ),
            other => other,
        }
    }

    /// The path as it may be shown.
    pub(super) fn path(&self, path: &Path, of: &[&Substitute]) -> Path {
        let step = |step: &Step| match step {
            Step::Key(keys) => {
                let key =
                    |(name, value): &(String, Tree)| (name.clone(), self.tree(value.clone(), of));
                Step::Key(keys.iter().map(key).collect())
            }
            Step::Value(value) => Step::Value(self.tree(value.clone(), of)),
            other => other.clone(),
        };
        Path::new(path.steps().iter().map(step).collect())
    }
}
