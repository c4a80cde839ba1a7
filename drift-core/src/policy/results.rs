//! What a rule of a policy comes to, read as conftest reads it.

use regorus::Value;

/// The most violations of one rule on one side of one resource.
const MAX_BREACHES: usize = 1000;
/// The longest message, in bytes.
const MAX_MESSAGE: usize = 4096;

/// One violation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) id: Option<String>,
    pub(super) message: String,
}

/// What a rule has come to.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) breaches: Vec<Found>,
    /// What of it could not be used.
    pub(super) fault: Option<&'static str>,
}

/// Reads a result: nothing, true or false, a message, an object with one, or many of these.
pub(super) fn read(value: &Value, default: &dyn Fn() -> String) -> Results {
    let mut results = Results::default();
    match value {
        Value::Undefined | Value::Bool(false) => {}
        Value::Array(items) => items.iter().for_each(|item| results.one(item, None, default)),
        Value::Set(items) => items.iter_sorted().for_each(|item| results.one(item, None, default)),
        Value::Object(fields) if message_of(value).is_none() => {
            for (name, item) in fields.iter_sorted() {
                let id = name.as_string().ok().map(|name| name.to_string());
                let by_name = || id.clone().unwrap_or_else(default);
                match item {
                    Value::Bool(false) | Value::Undefined => {}
                    Value::Set(items) => {
                        for item in items.iter_sorted() {
                            results.one(item, id.clone(), &by_name);
                        }
                    }
                    Value::Array(items) => {
                        items.iter().for_each(|item| results.one(item, id.clone(), &by_name));
                    }
                    item => results.one(item, id.clone(), &by_name),
                }
            }
        }
        one => results.one(one, None, default),
    }
    results
}

impl Results {
    fn one(&mut self, value: &Value, id: Option<String>, default: &dyn Fn() -> String) {
        let message = match value {
            Value::Bool(true) => Some(default()),
            Value::String(text) => Some(text.to_string()),
            object => message_of(object),
        };
        let Some(message) = message else {
            self.fault = Some("a result is neither true, nor a message, nor an object with `msg`");
            return;
        };
        if self.breaches.len() == MAX_BREACHES {
            self.fault = Some("the rule gives more than 1000 results; the first are listed");
            return;
        }
        let own = text_of(value, "id");
        let message = if message.trim().is_empty() { default() } else { shortened(&message) };
        self.breaches.push(Found { id: own.or(id), message });
    }
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    let field = value.as_object().ok()?.get(&Value::from(name))?;
    field.as_string().ok().map(|text| text.to_string())
}

fn message_of(value: &Value) -> Option<String> {
    ["msg", "message"].into_iter().find_map(|name| text_of(value, name))
}

fn shortened(message: &str) -> String {
    if message.len() <= MAX_MESSAGE {
        return message.to_owned();
    }
    let ends = message.char_indices().map(|(at, _)| at).take_while(|at| *at < MAX_MESSAGE);
    let end = ends.last().unwrap_or_default();
    format!("{}…", message.get(..end).unwrap_or_default())
}

/// The names in a set or list of sets or lists of names, as the rule `exception` of conftest gives them.
pub(super) fn names(value: &Value) -> Vec<String> {
    fn add(value: &Value, depth: usize, names: &mut Vec<String>) {
        match value {
            Value::String(name) => names.push(name.to_string()),
            Value::Array(items) if depth > 0 => {
                items.iter().for_each(|item| add(item, depth - 1, names));
            }
            Value::Set(items) if depth > 0 => {
                items.iter_sorted().for_each(|item| add(item, depth - 1, names));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    add(value, 2, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(json: &str) -> (Vec<(Option<String>, String)>, bool) {
        let read = read(&Value::from_json_str(json).unwrap(), &|| "by default".to_owned());
        let found = read.breaches.into_iter().map(|found| (found.id, found.message));
        (found.collect(), read.fault.is_some())
    }

    #[test]
    fn results_are_read_as_conftest_reads_them() {
        let plain = |messages: &[&str]| -> Vec<(Option<String>, String)> {
            messages.iter().map(|message| (None, (*message).to_owned())).collect()
        };
        assert_eq!(read_json("false"), (plain(&[]), false));
        assert_eq!(read_json("true"), (plain(&["by default"]), false));
        assert_eq!(read_json(r#""a""#), (plain(&["a"]), false));
        assert_eq!(read_json(r#"["a", {"msg": "b", "details": {}}]"#), (plain(&["a", "b"]), false));
        assert_eq!(read_json(r#"{"message": "a"}"#), (plain(&["a"]), false));
        let with = |id: &str, message: &str| (Some(id.to_owned()), message.to_owned());
        assert_eq!(
            read_json(r#"{"x": true, "y": "b", "z": {"msg": "c", "id": "w"}, "no": false}"#),
            (vec![with("x", "x"), with("y", "b"), with("w", "c")], false)
        );
        assert_eq!(read_json("[1, \"a\"]"), (plain(&["a"]), true));
        assert_eq!(read_json("[{\"text\": 1}]"), (plain(&[]), true));
    }

    #[test]
    fn many_and_long_results_are_cut() {
        let many: Vec<String> = (0..1200).map(|number| format!("\"{number}\"")).collect();
        let (found, fault) = read_json(&format!("[{}]", many.join(",")));
        assert_eq!((found.len(), fault), (1000, true));
        let (found, _) = read_json(&format!("\"{}\"", "é".repeat(4096)));
        assert!(found[0].1.len() <= MAX_MESSAGE + 3 && found[0].1.ends_with('…'));
    }
}
