//! Quantities: equal spellings, canonical forms, and what is none.

use super::cases::{Tally, load};
use drift_core::normalize::{Equality, Scalar};

fn canonical(text: &str) -> Option<String> {
    Equality::Quantity.canonical(Scalar::String(text))
}

#[test]
fn quantities() {
    let Some(cases) = load("quantity.json") else { return };
    let mut tally = Tally::new("quantity");
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let text = |name: &str| case[name].as_str().unwrap();
        let (found, agrees) = match text("kind") {
            "compare" => {
                let (x, y) = (canonical(text("x")), canonical(text("y")));
                let equal = x.is_some() && x == y;
                (x, equal == (case["expected_cmp"] == 0))
            }
            "canonical" => {
                let found = canonical(text("input"));
                let agrees = found.is_some() && found == canonical(text("expected_canonical"));
                (found, agrees)
            }
            "value" => {
                let mantissa = text("expected_value_mantissa");
                let exponent = &case["expected_value_exponent10"];
                let all = ["", "+", "-"].iter().all(|sign| {
                    let found = canonical(&format!("{sign}{}", text("input")));
                    found.is_some() && found == canonical(&format!("{sign}{mantissa}e{exponent}"))
                });
                (canonical(text("input")), all)
            }
            "invalid" => {
                let found = canonical(text("input"));
                let none = found.is_none();
                (found, none)
            }
            other => panic!("{id}: no such kind of case: {other}"),
        };
        tally.settle(id, agrees, || format!("{case} is {found:?}"));
    }
    tally.finish(&[]);
}
