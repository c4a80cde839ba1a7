//! Instants: UTC, `Z`, milliseconds. The core never reads a clock; time comes in.

use crate::error::{Code, Error, Result};
use std::fmt;

/// An instant in UTC with a precision of one millisecond.
///
/// ```
/// use drift_core::Timestamp;
/// let at: Timestamp = "2026-01-01T01:00:00+01:00".parse()?;
/// assert_eq!(at.to_string(), "2026-01-01T00:00:00.000Z");
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    millis: i64,
}

impl Timestamp {
    /// The instant `millis` milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// `DRIFT_TIME` outside the years -9999 to 9999.
    pub fn from_unix_millis(millis: i64) -> Result<Self> {
        jiff::Timestamp::from_millisecond(millis)
            .map(|_| Self { millis })
            .map_err(|_| Error::new(Code::Time, "the timestamp is out of range"))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.millis
    }

    /// Reads an expiry: a full timestamp, or a date alone, which holds to the end of that day
    /// in UTC.
    ///
    /// # Errors
    /// `DRIFT_TIME` for anything else, and for a timestamp without an offset.
    ///
    /// ```
    /// use drift_core::Timestamp;
    /// assert_eq!(Timestamp::parse_expiry("2026-12-31")?.to_string(), "2026-12-31T23:59:59.999Z");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn parse_expiry(text: &str) -> Result<Self> {
        if text.len() == 10 {
            return format!("{text}T23:59:59.999Z").parse();
        }
        text.parse()
    }
}

impl std::str::FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| {
            Error::new(Code::Time, "expected a timestamp with an offset")
                .with_help("write it as `2026-01-01T00:00:00Z`")
        })?;
        Ok(Self { millis: parsed.as_millisecond() })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::from_millisecond(self.millis).unwrap_or_default();
        write!(f, "{at:.3}")
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naive_times_are_an_error() {
        for text in ["2026-01-01T00:00:00", "2026-01-01", "", "now", "2026-13-01T00:00:00Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap_err().code(), Code::Time, "{text}");
        }
    }

    #[test]
    fn precision_is_a_millisecond() {
        let at: Timestamp = "2026-01-01T00:00:00.123456Z".parse().unwrap();
        assert_eq!(at.to_string(), "2026-01-01T00:00:00.123Z");
        let before: Timestamp = "1969-12-31T23:59:59.5Z".parse().unwrap();
        assert_eq!(
            (before.unix_millis(), before.to_string().as_str()),
            (-500, "1969-12-31T23:59:59.500Z")
        );
    }

    #[test]
    fn a_date_alone_expires_at_the_end_of_the_day() {
        let end = Timestamp::parse_expiry("2026-12-31").unwrap();
        assert_eq!(end.to_string(), "2026-12-31T23:59:59.999Z");
        assert!(Timestamp::parse_expiry("2026-02-30").is_err());
        assert!(Timestamp::from_unix_millis(i64::MAX).is_err());
    }
}
