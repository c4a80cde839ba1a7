"""Times as the engine writes them: RFC 3339 in UTC, with milliseconds."""

from __future__ import annotations

from datetime import datetime, timezone

from ._error import DriftError


def text_of(at: datetime) -> str:
    """Write an aware datetime; a naive one is an error."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise DriftError(
            "DRIFT_TIME",
            "a datetime has no time zone",
            help="use datetime.now(timezone.utc), or set tzinfo",
        )
    text = at.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def at_text(at: datetime | str | None) -> str:
    """Write when a detection is made; now where nobody says."""
    if at is None:
        return text_of(datetime.now(timezone.utc))
    if isinstance(at, datetime):
        return text_of(at)
    if not isinstance(at, str):
        raise TypeError(f"a time is an aware datetime or a str, not {type(at).__name__}")
    return at
