"""Times as text: RFC 3339 in UTC."""

from __future__ import annotations

from datetime import datetime, timezone

from ._error import DriftError


def text_of(at: datetime) -> str:
    """Write an aware datetime as the engine does, with milliseconds; a naive one is an error."""
    return _in_utc(at).isoformat(timespec="milliseconds") + "Z"


def document_text(at: datetime) -> str:
    """Write an aware datetime of a document, with microseconds where it has any."""
    return _in_utc(at).isoformat() + "Z"


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None or at.utcoffset() is None:
        raise DriftError(
            "DRIFT_TIME",
            "a datetime has no time zone",
            help="use datetime.now(timezone.utc), or set tzinfo",
        )
    try:
        return at.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:
        raise DriftError("DRIFT_TIME", "a datetime is out of range in UTC") from None


def at_text(at: datetime | str | None) -> str:
    """Write when a detection is made; now where nobody says."""
    if at is None:
        return text_of(datetime.now(timezone.utc))
    if isinstance(at, datetime):
        return text_of(at)
    if not isinstance(at, str):
        raise TypeError(f"a time is an aware datetime or a str, not {type(at).__name__}")
    return at
