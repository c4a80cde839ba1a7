//! What classifies changes: a shape beside that of a type, which nothing asks until something differs.

use super::bridged::{self, Bridge};
use super::packs::Unread;
use super::rule::{Fact, Rule};
use super::shape::Shape;
use std::sync::Arc;

impl Shape {
    /// The shape with rules of the catalogue of findings.
    pub(super) fn with_findings(
        mut self,
        findings: Vec<Unread>,
        bridged: (Option<Bridge>, Vec<Unread>),
    ) -> Self {
        (self.findings, self.bridged) = (findings, bridged);
        self
    }

    /// What classifies changes, in a shape of its own that is made when something first differs; none
    /// where nothing does.
    pub(crate) fn classes(&self) -> Option<&Self> {
        let made = || {
            let own = self.rules.iter().filter(|rule| rule.classifies());
            let found = self.findings.iter().filter_map(Unread::rule).cloned();
            let found = found.chain(bridged::findings(&self.bridged));
            let all: Vec<Arc<Rule>> =
                found.chain(self.deferred.iter().chain(own).cloned()).collect();
            (!all.is_empty()).then(|| Box::new(Self::of(all, Fact::classifies)))
        };
        self.classes.get_or_init(made).as_deref()
    }

    /// Whether a rule judges resources that nobody declares by what stands in them.
    pub(crate) fn judges_unmanaged(&self) -> bool {
        self.classes().is_some_and(|classes| classes.rules.iter().any(|rule| rule.when.unmanaged))
    }
}
