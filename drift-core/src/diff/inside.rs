//! What is compared as if it stood there itself: documents inside strings, and values that are as good
//! as lists that hold them alone.

use super::decoded::Recalled;
use super::frame::{Frame, Token};
use super::list;
use super::side::{Ref, Side, Three};
use super::walk::Walk;
use crate::normalize::{Cursor, Facts, ListSemantics, decode};
use crate::path::Step;
use crate::value::{Embedded, Kind, Value};

fn is_list(value: Option<Value<'_>>) -> bool {
    value.is_some_and(|value| value.kind() == Kind::List)
}

impl<'s> Walk<'_, 's> {
    /// Opens the documents inside strings; false where there are none to open.
    pub(super) fn decoded(
        &mut self,
        frame: &Frame<'_>,
        at: &Three<'_>,
        cursor: &Cursor<'s>,
    ) -> bool {
        let Three { desired, actual, reference } = *at;
        let open = |value: Option<Value<'_>>| value.and_then(Value::as_str).is_some();
        if !open(desired.value) && !open(actual.value) {
            return false;
        }
        let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).map(str::to_owned);
        let (d_text, a_text, r_text) =
            (text(desired.value), text(actual.value), text(reference.value()));
        let d_document = d_text.as_deref().map(|text| decode(text, cursor));
        let a_document = a_text.as_deref().map(|text| decode(text, cursor));
        let r_document = r_text.as_deref().map(|text| decode(text, cursor));
        let facts = cursor.facts();
        let single = cursor.may_be_single();
        let container = |value: Value<'_>| single || matches!(value.kind(), Kind::Map | Kind::List);
        // A string that holds no document is compared as a string.
        let closed = [&d_document, &a_document].map(|document| matches!(document, Some(None)));
        if closed == [true, true] || (!single && closed != [false, false]) {
            return false;
        }
        let d_root =
            d_document.as_ref().and_then(Option::as_ref).map(|d| d.root()).or(desired.value);
        let a_root =
            a_document.as_ref().and_then(Option::as_ref).map(|d| d.root()).or(actual.value);
        if !d_root.is_some_and(container) || !a_root.is_some_and(container) {
            return false;
        }
        let r_root = match (&r_document, reference) {
            (Some(Some(document)), Ref::Value(side)) => Ref::of(side.opened(Some(document.root()))),
            (_, other) => other,
        };
        let opened = [&d_document, &a_document].map(|document| matches!(document, Some(Some(_))));
        let [in_desired, in_actual] = opened;
        if opened == [false, false] {
            return false;
        }
        let recalled = Recalled::of(actual, cursor);
        let near = recalled.as_ref().map(Recalled::near);
        let (desired, actual) = (desired.opened(d_root), Side { near, ..actual.opened(a_root) });
        let form = facts.equality().opens().unwrap_or(Embedded::Json);
        let frame = &frame.decoded(form.name(), in_desired, in_actual);
        let at = &Three { desired, actual, reference: r_root };
        if single {
            self.singles(frame, at, cursor, &facts);
            return true;
        }
        match (d_root.map(Value::kind), a_root.map(Value::kind)) {
            (Some(Kind::Map), Some(Kind::Map)) => {
                self.fields(frame, at, cursor, &facts);
            }
            (Some(Kind::List), Some(Kind::List)) => {
                list::compare(self, frame, at, cursor, &facts);
            }
            _ => self.differs(frame, at, cursor, &facts),
        }
        true
    }

    /// Two values where one that is no list is as good as a list that holds it alone. Two that stand
    /// alone are compared where they stand.
    pub(super) fn singles(
        &mut self,
        frame: &Frame<'_>,
        at: &Three<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        let Three { desired, actual, reference } = at;
        let (Some(d), Some(a)) = (desired.value, actual.value) else { return };
        let whole = facts.list() == Some(&ListSemantics::Atomic) || d.is_null() || a.is_null();
        let lists = is_list(desired.value) || is_list(actual.value) || is_list(reference.value());
        match (whole, lists) {
            (true, _) if self.canon.same(d, a, cursor) => self.note_compared(),
            (true, _) => {
                self.note_compared();
                self.differs(frame, at, cursor, facts);
            }
            (false, true) => list::compare(self, frame, at, cursor, facts),
            (false, false) => {
                self.node(frame, at, &cursor.item(0, d));
            }
        }
    }

    /// A list of one map beside that map, in a kind whose versions write it either way; false where there is none.
    #[inline(never)]
    pub(super) fn embedded(
        &mut self,
        frame: &Frame<'_>,
        at: &Three<'_>,
        cursor: &Cursor<'s>,
    ) -> bool {
        if !cursor.embeds() {
            return false;
        }
        let Three { desired, actual, reference } = *at;
        let (d, a) = (alone(desired), alone(actual));
        let (Some((d_token, d)), Some((a_token, a))) = (d, a) else { return false };
        let (Some(declared), Some(live)) = (d.value, a.value) else { return false };
        let reference = match reference {
            Ref::Value(side) => alone(side).map_or(Ref::Unknown, |(_, side)| Ref::of(side)),
            other => other,
        };
        let frame = frame.element(Step::Index(0), Some((d_token, declared)), Some((a_token, live)));
        let at = Three { desired: d, actual: a, reference };
        self.node(&frame, &at, &cursor.item(0, live));
        true
    }
}

/// The map that a side is, or that is the only element of the list that it is, and how a pointer names it.
fn alone(side: Side<'_>) -> Option<(Token<'static>, Side<'_>)> {
    let value = side.value?;
    let whole = Side { hashes: None, near: None, ..side };
    match value.kind() {
        Kind::Map => Some((Token::None, whole)),
        Kind::List if value.len() == 1 => {
            let item = value.at(0).filter(|item| item.kind() == Kind::Map)?;
            Some((Token::Index(0), whole.below(&Step::Index(0), Some(item))))
        }
        _ => None,
    }
}
