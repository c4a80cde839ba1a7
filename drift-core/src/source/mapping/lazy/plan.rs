//! What a mapping asks for, as a trie that a scanner walks along.

use super::super::cut::Cut;
use super::super::{Mapping, Narrow, Query, Reads, Section, Shape, Text};
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
    pub(super) kinds: Vec<Kind<'m>>,
    /// The slots that the types of resources are taken from.
    pub(super) type_slots: Vec<usize>,
}

/// What one section of the mapping makes of an item.
pub(super) struct Kind<'m> {
    pub(super) tags: Option<usize>,
    /// The slots of each path, in the order in which the fields stand in the mapping.
    pub(super) texts: Texts<'m>,
    /// The section is for items where both of each pair are there and equal.
    pub(super) when: Vec<[Planned<'m>; 2]>,
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
    Part(Box<Planned<'m>>, &'m Cut),
    Join(Vec<Planned<'m>>),
    First(Vec<Planned<'m>>),
}

impl Planned<'_> {
    fn slots(&self) -> Vec<usize> {
        match self {
            Self::Const(_) => Vec::new(),
            Self::Slots(slots) => slots.clone(),
            Self::Part(of, _) => of.slots(),
            Self::Join(parts) | Self::First(parts) => parts.iter().flat_map(Self::slots).collect(),
        }
    }
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
        let (first, others) = mapping.sections.split_first()?;
        let (items, each) = first.items.names()?;
        // Whether a whole document is an answer at all is told by the reader with a tape.
        let may_refuse = mapping.named && items.is_empty() && !each;
        if may_refuse || (!each && !items.is_empty()) {
            return None;
        }
        let path = first.attribute_names()?;
        let alike = |other: &'m Section| {
            other.items.names().as_ref() == Some(&(items.clone(), each))
                && other.attribute_names().as_ref() == Some(&path)
        };
        if !others.iter().all(alike) {
            return None;
        }
        let mut trie = Trie { nodes: vec![PlanNode::default()], slots: 0 };
        let attributes = Some(trie.slot(&path)).filter(|_| !path.is_empty());
        let mut below = String::new();
        path.iter().for_each(|name| push_token(&mut below, name));
        let kinds = mapping.sections.iter().map(|section| trie.kind(section));
        let kinds = kinds.collect::<Option<Vec<_>>>()?;
        let type_slots = kinds.iter().flat_map(|kind| kind.texts.type_name.slots()).collect();
        let Trie { nodes, slots } = trie;
        Some(Self { items, each, nodes, slots, attributes, below, kinds, type_slots })
    }
}

impl Section {
    /// The names that lead to the attributes of an item, where nothing else is made of them.
    fn attribute_names(&self) -> Option<Vec<&str>> {
        match &self.attributes {
            Shape::Whole => Some(Vec::new()),
            Shape::Node(query) => query.names().filter(|(_, each)| !each).map(|(names, _)| names),
            Shape::Projection(_) => None,
        }
    }

    /// Whether nothing but texts that have to be equal tells which items it is for, and how they are read.
    fn is_plain(&self) -> bool {
        let narrow = Narrow { when: Vec::new(), ..self.narrow.clone() };
        let read_as_it_is = self.decode.is_none() && self.reads == Reads::All;
        read_as_it_is && self.depends_on.is_empty() && narrow.is_empty()
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

    fn kind(&mut self, section: &'m Section) -> Option<Kind<'m>> {
        if !section.is_plain() {
            return None;
        }
        let tags = section.tags.as_ref().map(|query| self.query(query));
        let tags = if let Some(tags) = tags { Some(tags?) } else { None };
        let texts = Texts {
            type_name: self.text(&section.type_name)?,
            id: self.text(&section.id)?,
            provider: self.optional(&section.provider)?,
            address: self.optional(&section.address)?,
            scope: self.named(&section.scope)?,
            identities: self.named(&section.identities)?,
        };
        let when = section.narrow.when.iter();
        let when = when.map(|(a, b)| Some([self.text(a)?, self.text(b)?]));
        Some(Kind { tags, texts, when: when.collect::<Option<_>>()? })
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
            Text::Part(of, cut) => Planned::Part(Box::new(self.text(of)?), cut),
            Text::Join(parts) => Planned::Join(self.texts(parts)?),
            Text::First(parts) => Planned::First(self.texts(parts)?),
            _ => return None,
        })
    }

    fn texts(&mut self, texts: &'m [Text]) -> Option<Vec<Planned<'m>>> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    fn optional(&mut self, text: &'m Option<Text>) -> Option<Option<Planned<'m>>> {
        match text {
            Some(text) => self.text(text).map(Some),
            None => Some(None),
        }
    }

    fn named(&mut self, texts: &'m [(String, Text)]) -> Option<Vec<(&'m str, Planned<'m>)>> {
        texts.iter().map(|(name, text)| Some((name.as_str(), self.text(text)?))).collect()
    }
}
