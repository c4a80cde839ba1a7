//! What a case expects, against what came.

use drift_core::Error;
use serde_json::Value;

/// Whether `actual` holds all that `expected` does: objects are parts, lists have the same length
/// and order, all else is equal.
pub(crate) fn part(expected: &Value, actual: &Value, at: &str) -> Result<(), String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            expected.iter().try_for_each(|(name, expected)| {
                let at = format!("{at}.{name}");
                let actual = actual.get(name).ok_or_else(|| {
                    format!("at `{at}`: expected {expected}, and there is no such field")
                })?;
                part(expected, actual, &at)
            })
        }
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                return Err(format!(
                    "at `{at}`: expected {} entries, there are {}:\n{}",
                    expected.len(),
                    actual.len(),
                    pretty(&Value::Array(actual.clone()))
                ));
            }
            let pairs = expected.iter().zip(actual).enumerate();
            pairs.into_iter().try_for_each(|(index, (expected, actual))| {
                part(expected, actual, &format!("{at}[{index}]"))
            })
        }
        _ if expected == actual => Ok(()),
        _ => Err(format!("at `{at}`: expected {expected}, there is {actual}")),
    }
}

/// Whether both are equal; what differs is told by its place.
pub(crate) fn same(expected: &Value, actual: &Value) -> Result<(), String> {
    part(expected, actual, "$")?;
    part(actual, expected, "$").map_err(|fault| format!("more came than expected: {fault}"))
}

/// Whether both texts have the same lines.
pub(crate) fn lines(expected: &Value, actual: &str, what: &str) -> Result<(), String> {
    let expected: Vec<&str> =
        expected.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let actual: Vec<&str> = actual.lines().collect();
    if expected == actual {
        return Ok(());
    }
    let first = expected.iter().zip(&actual).take_while(|(e, a)| e == a).count();
    let line = |lines: &[&str]| {
        lines.get(first).map_or_else(|| "no more lines".to_owned(), |line| format!("`{line}`"))
    };
    Err(format!(
        "{what}, line {}: expected {}, there is {}; the whole:\n{}",
        first + 1,
        line(&expected),
        line(&actual),
        actual.join("\n")
    ))
}

/// Whether it is the error that is expected.
pub(crate) fn error(expected: &Value, error: &Error) -> Result<(), String> {
    let position = error.position();
    let mut said = serde_json::Map::new();
    said.insert("code".into(), error.code().as_str().into());
    said.insert("line".into(), position.map(|at| at.line).into());
    said.insert("column".into(), position.map(|at| at.column).into());
    let mut expected = expected.clone();
    let contains = expected.as_object_mut().and_then(|fields| fields.remove("contains"));
    let printed = error.to_string();
    part(&expected, &Value::Object(said), "error")
        .map_err(|fault| format!("{fault}, in `{printed}`"))?;
    match contains.as_ref().and_then(Value::as_str) {
        Some(part) if !printed.contains(part) => {
            Err(format!("expected `{part}` in the error, which is `{printed}`"))
        }
        _ => Ok(()),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
