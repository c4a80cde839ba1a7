//! What a mapping asks for, as a trie that a scanner walks along.

use super::super::{Mapping, Query, Reads, Shape, Text};
use crate::path::push_token;
use crate::value::scan::Quoted;

/// Where the paths of a mapping lead, as a trie over names of fields.
pub(super) struct Plan<'m> {
    pub(super) items: Vec<&'m str>,
    pub(super) each: bool,
    /// The first is the item itself.
    pub(super) nodes: Vec<PlanNode<'m>>,
    pub(super) slots: usize,
    pub(super) attributes: Option<usize>,
    /// The pointer to the attributes within the item.
    pub(super) below: String,
    pub(super) tags: Option<usize>,
    /// The slots of each path, in the order in which the fields stand in the mapping.
    pub(super) texts: Texts<'m>,
}

#[derive(Default)]
pub(super) struct PlanNode<'m> {
    pub(super) fields: Vec<(Quoted<'m>, usize)>,
    pub(super) slots: Vec<usize>,
}

/// A text of the mapping with the slots of its paths.
pub(super) enum Planned<'m> {
    Const(&'m str),
    Slots(Vec<usize>),
}

pub(super) struct Texts<'m> {
    pub(super) type_name: Planned<'m>,
    pub(super) id: Planned<'m>,
    pub(super) provider: Option<Planned<'m>>,
    pub(super) address: Option<Planned<'m>>,
    pub(super) scope: Vec<(&'m str, Planned<'m>)>,
    pub(super) identities: Vec<(&'m str, Planned<'m>)>,
}

impl<'m> Plan<'m> {
    pub(super) fn of(mapping: &'m Mapping) -> Option<Self> {
        let [section] = mapping.sections.as_slice() else { return None };
        let (items, each) = section.items.names()?;
        let plain =
            section.decode.is_none() && section.reads == Reads::All && section.narrow.is_empty();
        // Whether a whole document is an answer at all is told by the reader with a tape.
        let may_refuse = mapping.named && items.is_empty() && !each;
        if may_refuse || (!each && !items.is_empty()) || !section.depends_on.is_empty() || !plain {
            return None;
        }
        let mut trie = Trie { nodes: vec![PlanNode::default()], slots: 0 };
        let mut below = String::new();
        let attributes = match &section.attributes {
            Shape::Whole => None,
            Shape::Node(query) => {
                let (names, false) = query.names()? else { return None };
                names.iter().for_each(|name| push_token(&mut below, name));
                Some(trie.slot(&names)).filter(|_| !names.is_empty())
            }
            Shape::Projection(_) => return None,
        };
        let tags = section.tags.as_ref().map(|query| trie.query(query));
        let tags = if let Some(tags) = tags { Some(tags?) } else { None };
        let optional = |trie: &mut Trie<'m>, text: &'m Option<Text>| match text {
            Some(text) => trie.text(text).map(Some),
            None => Some(None),
        };
        let texts = Texts {
            type_name: trie.text(&section.type_name)?,
            id: trie.text(&section.id)?,
            provider: optional(&mut trie, &section.provider)?,
            address: optional(&mut trie, &section.address)?,
            scope: trie.named(&section.scope)?,
            identities: trie.named(&section.identities)?,
        };
        let Trie { nodes, slots } = trie;
        Some(Self { items, each, nodes, slots, attributes, below, tags, texts })
    }
}

struct Trie<'m> {
    pub(super) nodes: Vec<PlanNode<'m>>,
    pub(super) slots: usize,
}

impl<'m> Trie<'m> {
    fn slot(&mut self, names: &[&'m str]) -> usize {
        let mut at = 0;
        for name in names {
            let fresh = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { break };
            let name = Quoted::of(name);
            let known = node.fields.iter().find(|(known, _)| known.is(name)).map(|(_, next)| *next);
            at = known.unwrap_or_else(|| {
                node.fields.push((name, fresh));
                fresh
            });
            if at == fresh {
                self.nodes.push(PlanNode::default());
            }
        }
        self.slots += 1;
        if let Some(node) = self.nodes.get_mut(at) {
            node.slots.push(self.slots - 1);
        }
        self.slots - 1
    }

    fn query(&mut self, query: &'m Query) -> Option<usize> {
        let (names, false) = query.names()? else { return None };
        // The item itself is rarely asked for, and only the reader with a tape has it whole.
        (!names.is_empty()).then(|| self.slot(&names))
    }

    fn text(&mut self, text: &'m Text) -> Option<Planned<'m>> {
        Some(match text {
            Text::Const(text) => Planned::Const(text),
            Text::Paths(queries) => {
                let slots = queries.iter().map(|query| self.query(query));
                Planned::Slots(slots.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    fn named(&mut self, texts: &'m [(String, Text)]) -> Option<Vec<(&'m str, Planned<'m>)>> {
        texts.iter().map(|(name, text)| Some((name.as_str(), self.text(text)?))).collect()
    }
}
