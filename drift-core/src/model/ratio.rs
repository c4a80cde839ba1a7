//! Ratios as reports print them: rounded down to four decimals.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A part of a whole, from 0 to 1, rounded down to four decimals: 1 means all of it.
///
/// ```
/// use drift_core::model::Ratio;
/// assert_eq!(Ratio::of(2, 3).unwrap().to_string(), "66.66 %");
/// assert_eq!(Ratio::of(99_999, 100_000).unwrap().value(), 0.9999);
/// assert_eq!(serde_json::to_string(&Ratio::of(3, 3)).unwrap(), "1");
/// assert!(Ratio::of(0, 0).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(u16);

/// Ten-thousandths in a whole.
const WHOLE: u16 = 10_000;

impl Ratio {
    /// All of it.
    pub const ONE: Self = Self(WHOLE);

    /// The ratio of `part` to `whole`; `None` where there is no whole. A part is at most the whole.
    #[must_use]
    pub fn of(part: usize, whole: usize) -> Option<Self> {
        let (part, whole) = (part as u128, whole as u128);
        let share = (part.min(whole) * u128::from(WHOLE)).checked_div(whole)?;
        u16::try_from(share).ok().map(Self)
    }

    /// The number from 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// The nearest ratio to a number from 0 to 1; `None` for any other.
    #[must_use]
    pub fn nearest(number: f64) -> Option<Self> {
        let fits = (0.0..=1.0).contains(&number);
        fits.then(|| Self((number * f64::from(WHOLE)).round() as u16))
    }
}

/// In percent.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole} %"),
            (_, 0) => write!(f, "{whole}.{} %", rest / 10),
            _ => write!(f, "{whole}.{rest:02} %"),
        }
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            0 => serializer.serialize_u64(0),
            WHOLE => serializer.serialize_u64(1),
            _ => serializer.serialize_f64(self.value()),
        }
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        let none = || serde::de::Error::custom("expected a ratio from 0 to 1");
        Self::nearest(number).ok_or_else(none)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Ratio {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ratio".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A part of a whole, from 0 to 1, rounded down to four decimals.",
            "type": "number",
            "minimum": 0,
            "maximum": 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_rounded_down_and_come_back() {
        for (part, whole, json) in [
            (0, 7, "0"),
            (1, 3, "0.3333"),
            (2, 3, "0.6666"),
            (79, 100, "0.79"),
            (4, 5, "0.8"),
            (9_999, 10_000, "0.9999"),
            (usize::MAX - 1, usize::MAX, "0.9999"),
            (usize::MAX, usize::MAX, "1"),
        ] {
            let ratio = Ratio::of(part, whole).unwrap();
            let text = serde_json::to_string(&ratio).unwrap();
            assert_eq!(text, json);
            assert_eq!(serde_json::from_str::<Ratio>(&text).unwrap(), ratio);
        }
        for wrong in ["-0.1", "1.01", "\"1\""] {
            assert!(serde_json::from_str::<Ratio>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn percents() {
        let text = |part, whole| Ratio::of(part, whole).unwrap().to_string();
        assert_eq!(text(1, 2), "50 %");
        assert_eq!(text(1, 1000), "0.1 %");
        assert_eq!(text(5, 10_000), "0.05 %");
    }
}
