//! Aliases: copies of what an anchor names, within what they may add.

use super::scalar::Place;
use super::schema::{self, Scalar};
use super::{Anchor, Loader, NodeId, YamlSchema, merge};
use crate::error::Result;
use crate::limits::Limits;
use saphyr_parser::{ScalarStyle, Span};
use std::borrow::Cow;
use std::ops::Range;

impl Loader<'_> {
    /// Takes `nodes` from what aliases may add.
    pub(super) fn spend(&mut self, nodes: usize, offset: usize) -> Result<()> {
        match self.alias_nodes.checked_sub(nodes) {
            Some(left) => {
                self.alias_nodes = left;
                Ok(())
            }
            None => {
                let ratio = self.builder.limits().max_alias_ratio;
                let passed = Limits::passed("max_alias_ratio", ratio);
                Err(passed.at(self.builder.position(offset)))
            }
        }
    }

    pub(super) fn alias(&mut self, anchor: usize, span: Span) -> Result<()> {
        let start = self.cursor.byte(span.start.index());
        let end = self.cursor.byte(span.end.index());
        let span = start..end;
        let id = self.next_id();
        let target = match self.anchors.get(&anchor) {
            None => return Err(self.fail(start, "the alias names no anchor in front of it")),
            Some(Anchor::Open) => {
                return Err(self.fail(start, "the alias stands inside what it names"));
            }
            Some(Anchor::Node(target)) => Ok(*target),
            Some(Anchor::Scalar(scalar)) => Err(scalar.clone()),
        };
        if self.at_key() {
            self.alias_key(target, span)?;
            self.key_done(id, false, end);
            return Ok(());
        }
        match target {
            Ok(target) if self.at_merge() => self.alias_merge(target, span)?,
            Err(_) if self.at_merge() => return Err(self.fail(start, merge::EXPECTED)),
            Ok(target) => {
                self.spend(self.builder.size(target), start)?;
                self.builder.copy(target, span)?;
            }
            Err(scalar) => {
                self.spend(cost(&scalar), start)?;
                let place = Place { content: span.clone(), span, tag: None };
                self.put(scalar, "", ScalarStyle::Plain, &place)?;
            }
        }
        self.value_done(end);
        Ok(())
    }

    fn alias_key(&mut self, target: Result<NodeId, Scalar<'_>>, span: Range<usize>) -> Result<()> {
        let start = span.start;
        let scalar = match target {
            Err(scalar) => scalar,
            Ok(target) => {
                let value = self.builder.document.value(target);
                if value.as_str().is_some() {
                    self.spend(1, start)?;
                    return self.builder.copy_key(target, span);
                }
                match (value.as_number(), value.as_bool()) {
                    (Some(number), _) => Scalar::Number {
                        text: Cow::Owned(number.text().to_owned()),
                        exponent: 0,
                        float: number.text().contains(['.', 'e', 'E']),
                    },
                    (_, Some(value)) => Scalar::Bool(value),
                    _ if value.is_null() => Scalar::Null,
                    _ => return Err(self.fail(start, "a map or a list cannot be a key")),
                }
            }
        };
        self.spend(cost(&scalar), start)?;
        // Under the other schemas the text of the anchored scalar would be the key, were it known.
        let name = match (&scalar, self.schema) {
            (Scalar::Null, YamlSchema::Core | YamlSchema::Cfn) => Cow::Borrowed("null"),
            (Scalar::Number { text, .. }, YamlSchema::Core | YamlSchema::Cfn) => text.clone(),
            _ => schema::key(YamlSchema::Kubectl, scalar, "")
                .map_err(|message| self.fail(start, message))?,
        };
        self.builder.key_owned(span, &name)
    }
}

/// How many nodes the copy of an anchored key counts for: its text is copied as well.
fn cost(scalar: &Scalar<'_>) -> usize {
    match scalar {
        Scalar::Number { text, .. } => 1 + text.len() / 8,
        _ => 1,
    }
}
