//! What of a resource a JSONPath looks at: the fields of its attributes that it names.

use jsonpath_rust::parser::model::{
    Comparable, Filter, FilterAtom, FnArg, JpQuery, Segment, Selector, SingularQuery,
    SingularQuerySegment, Test, TestFunction,
};
use std::collections::BTreeSet;

/// The fields that a query looks at, where `of_list` says that it is asked of a list that holds only
/// the attributes; `None` where it may look at any.
pub(super) fn fields(query: &JpQuery, of_list: bool) -> Option<BTreeSet<String>> {
    let mut fields = BTreeSet::new();
    let known = match (of_list, query.segments.as_slice()) {
        (true, [Segment::Selector(Selector::Filter(filter))]) => of_filter(filter, &mut fields),
        (false, segments) => of_segments(segments, &mut fields),
        (true, _) => None,
    };
    known.map(|()| fields)
}

/// The first names of a path. What stands behind them stays below, unless it goes back to the root.
fn of_segments(segments: &[Segment], fields: &mut BTreeSet<String>) -> Option<()> {
    let (first, rest) = segments.split_first()?;
    let mut add = |selector: &Selector| match selector {
        Selector::Name(name) => {
            fields.insert(plain(name)?);
            Some(())
        }
        _ => None,
    };
    match first {
        Segment::Selector(selector) => add(selector)?,
        Segment::Selectors(selectors) => selectors.iter().try_for_each(add)?,
        Segment::Descendant(_) => return None,
    }
    // A filter further down has another `@`, and may have the same `$`.
    rest.iter().all(|segment| !has_filter(segment)).then_some(())
}

fn has_filter(segment: &Segment) -> bool {
    let is_filter = |selector: &Selector| matches!(selector, Selector::Filter(_));
    match segment {
        Segment::Descendant(segment) => has_filter(segment),
        Segment::Selector(selector) => is_filter(selector),
        Segment::Selectors(selectors) => selectors.iter().any(is_filter),
    }
}

fn of_filter(filter: &Filter, fields: &mut BTreeSet<String>) -> Option<()> {
    match filter {
        Filter::Or(all) | Filter::And(all) => {
            all.iter().try_for_each(|filter| of_filter(filter, fields))
        }
        Filter::Atom(FilterAtom::Filter { expr, .. }) => of_filter(expr, fields),
        Filter::Atom(FilterAtom::Test { expr, .. }) => of_test(expr, fields),
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            of_comparable(left, fields)?;
            of_comparable(right, fields)
        }
    }
}

fn of_test(test: &Test, fields: &mut BTreeSet<String>) -> Option<()> {
    match test {
        Test::RelQuery(segments) => of_segments(segments, fields),
        Test::AbsQuery(_) => None,
        Test::Function(function) => of_function(function, fields),
    }
}

fn of_comparable(comparable: &Comparable, fields: &mut BTreeSet<String>) -> Option<()> {
    match comparable {
        Comparable::Literal(_) => Some(()),
        Comparable::Function(function) => of_function(function, fields),
        Comparable::SingularQuery(SingularQuery::Current(segments)) => match segments.first() {
            Some(SingularQuerySegment::Name(name)) => {
                fields.insert(plain(name)?);
                Some(())
            }
            _ => None,
        },
        Comparable::SingularQuery(SingularQuery::Root(_)) => None,
    }
}

fn of_function(function: &TestFunction, fields: &mut BTreeSet<String>) -> Option<()> {
    let mut of = |argument: &FnArg| match argument {
        FnArg::Literal(_) => Some(()),
        FnArg::Test(test) => of_test(test, fields),
        FnArg::Filter(filter) => of_filter(filter, fields),
    };
    match function {
        TestFunction::Length(argument) => of(argument),
        TestFunction::Value(argument) | TestFunction::Count(argument) => of(argument),
        TestFunction::Search(one, two) | TestFunction::Match(one, two) => {
            of(one)?;
            of(two)
        }
        TestFunction::Custom(_, arguments) => arguments.iter().try_for_each(of),
    }
}

/// The name itself, where it was written in quotes as well; `None` where it has escapes.
fn plain(name: &str) -> Option<String> {
    let quoted = |quote| name.strip_prefix(quote).and_then(|name| name.strip_suffix(quote));
    let name = quoted('\'').or_else(|| quoted('"')).unwrap_or(name);
    (!name.contains('\\')).then(|| name.to_owned())
}
