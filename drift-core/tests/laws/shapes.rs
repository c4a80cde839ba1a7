//! What a document is made of and which rules say so: drawn first, so that elements of one list
//! have one shape.

use super::document::Json;
use super::entropy::Entropy;

/// The shape of a value.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Scalar,
    Map {
        closed: bool,
        fields: Vec<(String, Shape)>,
    },
    /// A multiset of scalars, or of maps of scalars.
    Set(Box<Shape>),
    Keyed {
        keys: Vec<String>,
        significant: bool,
        element: Box<Shape>,
    },
    Ordered(Box<Shape>),
    Atomic(Box<Shape>),
    /// A list of maps with this key, of which no rule speaks.
    Guessed {
        key: String,
        element: Box<Shape>,
    },
    /// A document in a string: a map.
    Embedded(Box<Shape>),
    /// A set, or a list with keys, of which one element may stand alone.
    Single(Box<Shape>),
    /// A map whose names are the same in any case.
    Folded(Vec<(String, Shape)>),
    /// An IAM policy, in a string or not.
    Policy,
}

/// Names of fields, plain and odd; none names a secret.
const NAMES: [&str; 16] = [
    "a",
    "b",
    "spec",
    "x.y",
    "with space",
    "0",
    "7",
    "~",
    "/",
    "$ref",
    "*",
    "é",
    "",
    "\"q\"",
    "c-d",
    "l[0]",
];
const TEXTS: [&str; 29] = [
    "",
    "x",
    "web",
    "é\u{1F600}",
    "10.0.0.0/8",
    "2001:db8::1",
    "2001:DB8:0::1",
    "a\"b\\c",
    "line\nbreak",
    "]",
    "[=1]",
    "null",
    "1",
    "{",
    "\u{7f}\u{1}",
    "same",
    "8.0",
    "8.0.1",
    "*",
    "App",
    "app",
    "arn:aws:iam::123456789012:role/App",
    "true",
    " x ",
    "[1, {\"a\": 1}]",
    "a: [x]",
    "image~1png",
    "image/PNG",
    "1 vCPU",
];
const NUMBERS: [&str; 12] = [
    "0",
    "1",
    "-1",
    "10",
    "0.5",
    "1e3",
    "12345678901234567890123",
    "1.50",
    "-0",
    "1e-9",
    "2e30",
    "9007199254740993",
];

/// So many kinds of shapes there are, and so many in whose documents an edit has one path alone.
const KINDS: usize = 15;
const EDITED: usize = 12;

/// A map of up to a handful of fields, as resources have it, in which an edit has one path alone.
pub(crate) fn root(entropy: &Entropy) -> Shape {
    Shape::Map { closed: entropy.one_in(5), fields: fields(entropy, 3, 5, EDITED) }
}

/// A map of fields of any kind.
pub(crate) fn wide_root(entropy: &Entropy) -> Shape {
    Shape::Map { closed: entropy.one_in(5), fields: fields(entropy, 3, 5, KINDS) }
}

fn fields(entropy: &Entropy, depth: usize, most: usize, kinds: usize) -> Vec<(String, Shape)> {
    let mut names: Vec<&str> = NAMES.to_vec();
    entropy.shuffle(&mut names);
    names.truncate(1 + entropy.below(most));
    names.into_iter().map(|name| (name.to_owned(), shape(entropy, depth, kinds))).collect()
}

fn shape(entropy: &Entropy, depth: usize, kinds: usize) -> Shape {
    if depth == 0 {
        return Shape::Scalar;
    }
    let below = |most| fields(entropy, depth - 1, most, kinds);
    match entropy.below(kinds) {
        0..=3 => Shape::Scalar,
        4 | 5 => Shape::Map { closed: entropy.one_in(3), fields: below(3) },
        6 => Shape::Set(Box::new(flat(entropy))),
        7 | 8 => {
            let keys: &[&str] = entropy.pick::<&[&str]>(&[&["name"], &["id"], &["port", "proto"]]);
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            let element = with_keys(below(2), &keys);
            Shape::Keyed { keys, significant: entropy.one_in(4), element: Box::new(element) }
        }
        9 => Shape::Ordered(Box::new(shape(entropy, depth - 1, kinds))),
        10 if entropy.one_in(2) => Shape::Atomic(Box::new(flat(entropy))),
        10 => {
            let key = entropy.pick(&["name", "Id", "KEY"]);
            let element = with_keys(below(2), &[(*key).to_owned()]);
            Shape::Guessed { key: (*key).to_owned(), element: Box::new(element) }
        }
        12 => {
            let keys = vec!["id".to_owned()];
            let list = match entropy.below(3) {
                0 => Shape::Set(Box::new(flat(entropy))),
                // An element of such a list never stands for a list itself.
                1 => Shape::Ordered(Box::new(shape(entropy, depth - 1, EDITED))),
                _ => Shape::Keyed {
                    element: Box::new(with_keys(below(2), &keys)),
                    keys,
                    significant: false,
                },
            };
            Shape::Single(Box::new(list))
        }
        13 => {
            let names = ["Key", "kEY", "other", "\u{c9}", "\u{e9}"].map(str::to_owned);
            Shape::Folded(names.map(|name| (name, shape(entropy, depth - 1, kinds))).to_vec())
        }
        14 => Shape::Policy,
        _ => Shape::Embedded(Box::new(Shape::Map { closed: entropy.one_in(3), fields: below(3) })),
    }
}

fn with_keys(mut fields: Vec<(String, Shape)>, keys: &[String]) -> Shape {
    fields.extend(keys.iter().map(|key| (key.clone(), Shape::Scalar)));
    Shape::Map { closed: false, fields }
}

/// A scalar, or a map of scalars.
fn flat(entropy: &Entropy) -> Shape {
    if entropy.one_in(2) {
        Shape::Map { closed: false, fields: fields(entropy, 0, 3, EDITED) }
    } else {
        Shape::Scalar
    }
}

pub(crate) fn scalar(entropy: &Entropy) -> Json {
    match entropy.below(6) {
        0 | 1 => Json::text(*entropy.pick(&TEXTS)),
        2 | 3 => Json::Number((*entropy.pick(&NUMBERS)).to_owned()),
        4 => Json::Bool(entropy.one_in(2)),
        _ => match entropy.below(4) {
            0 => Json::Null,
            1 => Json::List(Vec::new()),
            2 => Json::Map(Vec::new()),
            _ => Json::Number(entropy.below(100_000).to_string()),
        },
    }
}

/// A value of the shape; fields may be absent.
pub(crate) fn value(shape: &Shape, entropy: &Entropy) -> Json {
    let many = |element: &Shape, most: usize| -> Vec<Json> {
        (0..entropy.below(most + 1)).map(|_| value(element, entropy)).collect()
    };
    match shape {
        Shape::Scalar => scalar(entropy),
        Shape::Map { fields, .. } => Json::Map(
            fields
                .iter()
                .filter(|_| !entropy.one_in(8))
                .map(|(name, shape)| (name.clone(), value(shape, entropy)))
                .collect(),
        ),
        Shape::Set(element) | Shape::Ordered(element) | Shape::Atomic(element) => {
            Json::List(many(element, 4))
        }
        Shape::Keyed { keys, element, .. } => keyed(many(element, 4), keys, entropy),
        Shape::Guessed { key, element } => {
            keyed(many(element, 3), std::slice::from_ref(key), entropy)
        }
        Shape::Embedded(inner) => Json::Embedded(Box::new(value(inner, entropy))),
        Shape::Single(list) => match value(list, entropy) {
            Json::List(items) if alone(&items) && entropy.one_in(2) => items[0].clone(),
            list => list,
        },
        Shape::Folded(fields) => Json::Map(
            fields
                .iter()
                .filter(|_| entropy.one_in(3))
                .map(|(name, shape)| (name.clone(), value(shape, entropy)))
                .collect(),
        ),
        Shape::Policy => policy(entropy),
    }
}

/// A policy as services and people write them.
fn policy(entropy: &Entropy) -> Json {
    let pick = |texts: &[&str]| Json::text(*entropy.pick::<&str>(texts));
    let some = |texts: &[&str]| match entropy.below(4) {
        0 => Json::List(vec![pick(texts)]),
        1 => Json::List(vec![pick(texts), pick(texts)]),
        _ => pick(texts),
    };
    let map = |fields: Vec<(&str, Json)>| {
        let all = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut all: Vec<(String, Json)> = all.filter(|_| !entropy.one_in(8)).collect();
        entropy.shuffle(&mut all);
        Json::Map(all)
    };
    let who =
        ["*", "123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/a"];
    let statement = || {
        let principal =
            if entropy.one_in(3) { Json::text("*") } else { map(vec![("AWS", some(&who))]) };
        let key = *entropy.pick::<&str>(&["aws:SourceIp", "AWS:sourceip", "aws:PrincipalTag/a"]);
        let operator = *entropy.pick::<&str>(&["StringEquals", "Bool", "IpAddress"]);
        let values = some(&["true", "10.0.0.1", "10.0.0.1/32", "x"]);
        map(vec![
            ("Sid", pick(&["a", "b", "", "c"])),
            ("Effect", pick(&["Allow", "Deny"])),
            ("Principal", principal),
            ("Action", some(&["s3:Get", "S3:get", "s3:*"])),
            ("Resource", some(&["*", "arn:aws:s3:::b"])),
            ("Condition", map(vec![(operator, map(vec![(key, values)]))])),
        ])
    };
    let mut statements: Vec<Json> = (0..entropy.below(3)).map(|_| statement()).collect();
    if entropy.one_in(4) && !statements.is_empty() {
        statements.push(statements[0].clone());
    }
    let statements = match statements.as_slice() {
        [one] if entropy.one_in(2) => one.clone(),
        _ => Json::List(statements),
    };
    let document =
        map(vec![("Version", pick(&["2008-10-17", "2012-10-17"])), ("Statement", statements)]);
    if entropy.one_in(2) { Json::Embedded(Box::new(document)) } else { document }
}

/// The elements with keys that no two share.
fn keyed(elements: Vec<Json>, keys: &[String], entropy: &Entropy) -> Json {
    let element = |(index, element): (usize, Json)| {
        let Json::Map(mut fields) = element else { panic!("elements with keys are maps") };
        fields.retain(|(name, _)| !keys.contains(name));
        for (place, key) in keys.iter().enumerate() {
            let value = match (place, entropy.below(3)) {
                (0, 0) => Json::Number(index.to_string()),
                (0, 1) => Json::text(format!("k\"{index}]")),
                (0, _) => Json::text(format!("key{index}")),
                _ => Json::text("TCP"),
            };
            fields.insert(entropy.below(fields.len() + 1), (key.clone(), value));
        }
        Json::Map(fields)
    };
    Json::List(elements.into_iter().enumerate().map(element).collect())
}

/// The value written in another way that means the same: keys, sets and keyed lists in another
/// order, numbers in another spelling.
pub(crate) fn respelled(value: &Json, shape: &Shape, entropy: &Entropy) -> Json {
    again(value, shape, entropy, Ways { strings: true, guessed: true })
}

/// As [`respelled`], in an object of Kubernetes, in which the order of a list counts whose key is guessed.
pub(crate) fn respelled_object(value: &Json, shape: &Shape, entropy: &Entropy) -> Json {
    again(value, shape, entropy, Ways { strings: true, guessed: false })
}

/// As [`respelled`], with each string as it is: one that a report prints is printed as it stands.
pub(crate) fn reordered(value: &Json, shape: &Shape, entropy: &Entropy) -> Json {
    again(value, shape, entropy, Ways { strings: false, guessed: false })
}

/// What is written in another way beside what always is.
#[derive(Clone, Copy)]
struct Ways {
    strings: bool,
    /// The order of lists whose key is guessed. That is done only where both sides have it; a list that stands
    /// alone is ordered.
    guessed: bool,
}

fn again(value: &Json, shape: &Shape, entropy: &Entropy, ways: Ways) -> Json {
    let all = |items: &[Json], element: &Shape| -> Vec<Json> {
        items.iter().map(|item| again(item, element, entropy, ways)).collect()
    };
    match (value, shape) {
        (Json::Number(text), _) => Json::Number(other_spelling(text, entropy)),
        (Json::Map(fields), Shape::Map { fields: shapes, .. }) => {
            let shape_of = |name: &str| shapes.iter().find(|(known, _)| known == name);
            let field = |(name, value): &(String, Json)| {
                let shape = shape_of(name).map_or(&Shape::Scalar, |(_, shape)| shape);
                (name.clone(), again(value, shape, entropy, ways))
            };
            let mut fields: Vec<(String, Json)> = fields.iter().map(field).collect();
            entropy.shuffle(&mut fields);
            Json::Map(fields)
        }
        (Json::List(items), Shape::Ordered(element) | Shape::Atomic(element)) => {
            Json::List(all(items, element))
        }
        (Json::List(items), Shape::Keyed { significant: true, element, .. }) => {
            Json::List(all(items, element))
        }
        (Json::List(items), Shape::Guessed { element, .. }) if !ways.guessed => {
            Json::List(all(items, element))
        }
        (
            Json::List(items),
            Shape::Set(element) | Shape::Keyed { element, .. } | Shape::Guessed { element, .. },
        ) => {
            let mut items = all(items, element);
            entropy.shuffle(&mut items);
            Json::List(items)
        }
        (Json::List(_), Shape::Single(list)) => match again(value, list, entropy, ways) {
            Json::List(one) if alone(&one) && entropy.one_in(2) => one[0].clone(),
            list => list,
        },
        (single, Shape::Single(list)) if *single != Json::Null => {
            let listed = again(&Json::List(vec![single.clone()]), list, entropy, ways);
            match listed {
                Json::List(one) if alone(&one) && entropy.one_in(2) => one[0].clone(),
                list => list,
            }
        }
        (Json::Embedded(inner), Shape::Embedded(shape)) if ways.strings => {
            Json::Embedded(Box::new(again(inner, shape, entropy, ways)))
        }
        (other, _) => other.clone(),
    }
}

/// Whether the list is of one element that may stand for it.
fn alone(items: &[Json]) -> bool {
    matches!(items, [one] if !matches!(one, Json::List(_) | Json::Null))
}

fn other_spelling(text: &str, entropy: &Entropy) -> String {
    let plain = !text.contains(['e', '.']);
    let is_zero = matches!(text, "0" | "-0");
    match entropy.below(5) {
        1 if plain => format!("{text}.0"),
        2 if plain => format!("{text}e0"),
        3 if plain && !is_zero => format!("{text}0E-1"),
        4 if plain => format!("{text}.000e+00"),
        1..=4 if text.contains('.') && !text.contains('e') => format!("{text}00"),
        _ => text.to_owned(),
    }
}

/// One rule for every fact of the shape.
pub(crate) fn rules(shape: &Shape) -> Vec<serde_json::Value> {
    let mut rules = Vec::new();
    collect(shape, "", &mut rules);
    for (index, rule) in rules.iter_mut().enumerate() {
        rule["id"] = format!("shape-{index}").into();
    }
    rules
}

fn collect(shape: &Shape, path: &str, rules: &mut Vec<serde_json::Value>) {
    let mut say = |fact: serde_json::Value| {
        let mut rule = fact;
        rule["paths"] = serde_json::json!([path]);
        rules.push(rule);
    };
    let elements = format!("{path}[*]");
    match shape {
        Shape::Scalar => {}
        Shape::Map { closed, fields } => {
            if *closed {
                say(serde_json::json!({"closed": true}));
            }
            for (name, shape) in fields {
                collect(shape, &format!("{path}[{}]", serde_json::json!(name)), rules);
            }
        }
        Shape::Set(element) => {
            say(serde_json::json!({"list": "set"}));
            collect(element, &elements, rules);
        }
        Shape::Keyed { keys, significant, element } => {
            say(serde_json::json!({"list": {"keyed": keys}}));
            if *significant {
                say(serde_json::json!({"order": "significant"}));
            }
            collect(element, &elements, rules);
        }
        Shape::Ordered(element) => {
            say(serde_json::json!({"list": "ordered"}));
            collect(element, &elements, rules);
        }
        Shape::Atomic(_) => say(serde_json::json!({"list": "atomic"})),
        Shape::Guessed { element, .. } => collect(element, &elements, rules),
        Shape::Embedded(inner) => {
            say(serde_json::json!({"equal": "json"}));
            collect(inner, &format!("{path}|json"), rules);
        }
        Shape::Single(list) => {
            say(serde_json::json!({"single_is_list": true}));
            collect(list, path, rules);
        }
        Shape::Folded(fields) => {
            say(serde_json::json!({"names": "case_insensitive"}));
            for (name, shape) in fields {
                collect(shape, &format!("{path}[{}]", serde_json::json!(name)), rules);
            }
        }
        Shape::Policy => say(serde_json::json!({"equal": "iam_policy"})),
    }
}

/// The patterns of all nodes of the shape, or of its scalars alone.
fn patterns(shape: &Shape, path: &str, scalars: bool, found: &mut Vec<String>) {
    if !scalars || matches!(shape, Shape::Scalar) {
        found.push(path.to_owned());
    }
    match shape {
        Shape::Scalar => {}
        Shape::Map { fields, .. } => {
            for (name, shape) in fields {
                let path = format!("{path}[{}]", serde_json::json!(name));
                patterns(shape, &path, scalars, found);
            }
        }
        Shape::Embedded(inner) | Shape::Single(inner) => patterns(inner, path, scalars, found),
        Shape::Folded(fields) => {
            for (name, shape) in fields {
                let path = format!("{path}[{}]", serde_json::json!(name));
                patterns(shape, &path, scalars, found);
            }
        }
        Shape::Policy => {}
        Shape::Set(element)
        | Shape::Ordered(element)
        | Shape::Atomic(element)
        | Shape::Keyed { element, .. }
        | Shape::Guessed { element, .. } => {
            patterns(element, &format!("{path}[*]"), scalars, found)
        }
    }
}

/// Rules of any kind at random places of the shape; those about lists only with `lists`.
pub(crate) fn wild_rules(shape: &Shape, entropy: &Entropy, lists: bool) -> Vec<serde_json::Value> {
    let mut places = Vec::new();
    patterns(shape, "", false, &mut places);
    let mut scalars = vec!["$..nothing".to_owned()];
    patterns(shape, "", true, &mut scalars);
    places.extend(["$..a", "$..name", "$..*", "$..*.b", "$..[?@.a]"].map(str::to_owned));
    let facts = [
        serde_json::json!({"ignore": true}),
        serde_json::json!({"ignore": false}),
        serde_json::json!({"equal": "number"}),
        serde_json::json!({"equal": "case_insensitive"}),
        serde_json::json!({"equal": "text"}),
        serde_json::json!({"equal": "quantity"}),
        serde_json::json!({"equal": "boolean"}),
        serde_json::json!({"equal": ["text", "version_prefix", "arn_or_name"]}),
        serde_json::json!({"equal": ["version_prefix"]}),
        serde_json::json!({"equal": ["text", "same_instant", "same_address", "same_url"]}),
        serde_json::json!({"equal": ["text", "google_resource"]}),
        serde_json::json!({"equal": "azure_resource_id"}),
        serde_json::json!({"equal": "azure_location"}),
        serde_json::json!({"equal": "media_type"}),
        serde_json::json!({"equal": "task_size"}),
        serde_json::json!({"equal": "label_matcher"}),
        serde_json::json!({"equal": "ip_or_cidr"}),
        serde_json::json!({"equal": "port_range"}),
        serde_json::json!({"equal": "trimmed"}),
        serde_json::json!({"default": 1}),
        serde_json::json!({"default": "x"}),
        serde_json::json!({"initial": 1}),
        serde_json::json!({"initial": {}}),
        serde_json::json!({"empty_is_absent": [null, "", [], {}]}),
        serde_json::json!({"empty_is_absent": [null]}),
        serde_json::json!({"undeclared": "drift"}),
        serde_json::json!({"undeclared": "ignore"}),
        serde_json::json!({"tolerate": {"percent": 20}}),
        serde_json::json!({"tolerate": {"absolute": 2}}),
        serde_json::json!({"read_only": true}),
        serde_json::json!({"read_only": {"declared": true}}),
        serde_json::json!({"write_only": true}),
        serde_json::json!({"read_gap": true}),
        serde_json::json!({"generated": true}),
        serde_json::json!({"generated": "k*"}),
        serde_json::json!({"watch": true}),
        serde_json::json!({"secret": true}),
        serde_json::json!({"severity": "critical", "when": {"actual": {"exists": true}}}),
        serde_json::json!({"severity": "high", "category": "a", "when": {"turned": "off"}}),
        serde_json::json!({"severity": "high", "when": {"quantity": "up"}}),
        serde_json::json!({"severity": "low", "when": {"version": "down"}}),
        serde_json::json!({"severity": "high", "when": {"cidr": "widened"}}),
        serde_json::json!({"severity": "info", "when": {"cidr": "same"}}),
        serde_json::json!({"severity": "high", "when": {"grants": "narrowed"}}),
        serde_json::json!({"severity": "critical", "when": {"grants": "public"}}),
        serde_json::json!({"severity": "low", "when": {"ingress": "same"}}),
        serde_json::json!({"severity": "high", "when": {"egress": "widened"}}),
        serde_json::json!({"severity": "high", "when": {"tls": "stronger"}}),
        serde_json::json!({"severity": "critical", "when": {"beside": {"../a": {"exists": true}}}}),
        serde_json::json!({"severity": "high", "when": {"unmanaged": true, "actual": {"has": "*"}}}),
        serde_json::json!({"replaces": true}),
        serde_json::json!({"open": true}),
        serde_json::json!({"closed": true}),
        // About lists.
        serde_json::json!({"equal": "json"}),
        serde_json::json!({"equal": "yaml"}),
        serde_json::json!({"equal": "url_encoded_json"}),
        serde_json::json!({"equal": "iam_everyone"}),
        serde_json::json!({"equal": "iam_policy"}),
        serde_json::json!({"single_is_list": true}),
        serde_json::json!({"single_is_list": true, "list": "set", "unique": true}),
        serde_json::json!({"names": "case_insensitive"}),
        serde_json::json!({"names": "proto"}),
        serde_json::json!({"list": {"keyed": ["name"]}, "unique": true}),
        serde_json::json!({"list": "set"}),
        serde_json::json!({"list": "set", "unique": true}),
        serde_json::json!({"list": "ordered"}),
        serde_json::json!({"list": "atomic"}),
        serde_json::json!({"list": {"keyed": ["name"]}}),
        serde_json::json!({"list": {"keyed": ["a", "b"]}}),
        serde_json::json!({"order": "significant"}),
    ];
    let known = if lists { facts.len() } else { facts.len() - 17 };
    (0..entropy.below(5))
        .map(|index| {
            let mut rule = facts[entropy.below(known)].clone();
            rule["id"] = format!("wild-{index}").into();
            // An equality elsewhere would outrank the one that opens a string.
            let equality = rule.get("equal").is_some() && !lists;
            let places = if equality { &scalars } else { &places };
            // What a change means is asked below the resource.
            let place = Some(entropy.pick(places))
                .filter(|place| rule.get("when").is_none() || !place.is_empty());
            rule["paths"] = serde_json::json!([place.map_or("$..a", String::as_str)]);
            rule
        })
        .collect()
}
