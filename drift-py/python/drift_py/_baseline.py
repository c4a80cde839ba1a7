"""What was normal at one time, and what several reports tell together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import cast

from . import _native
from ._check import all_of, must_be
from ._finding import Change, Finding
from ._json import loads
from ._report import Report
from ._time import at_text, text_of
from ._types import Acceptance, RuleHistory, Suggestion

#: What is promoted: a change, a finding, or the fingerprint of one.
Chosen = str | Change | Finding


def _until(at: datetime | date | str | None) -> str | None:
    if isinstance(at, datetime):
        return text_of(at)
    return at.isoformat() if isinstance(at, date) else at


def _fingerprint(chosen: Chosen) -> str:
    if isinstance(chosen, str):
        return chosen
    if isinstance(chosen, (Change, Finding)):
        return chosen.fingerprint
    found = type(chosen).__name__
    raise TypeError(f"changes are changes, findings or fingerprints of these, not {found}")


class Baseline:
    """What was normal at one time, and what has been accepted since.

    It comes from ``Detector.baseline`` or ``Baseline.from_json``, is meant to be kept under version
    control as its ``to_json``, and is the ``reference`` of later detections.
    """

    __slots__ = ("_inner",)
    _inner: _native.Baseline

    def __init__(self) -> None:
        """Refuse: a baseline comes from a detector or from JSON."""
        raise TypeError("a Baseline comes from Detector.baseline or from Baseline.from_json")

    @classmethod
    def _of(cls, native: _native.Baseline) -> Baseline:
        baseline = object.__new__(cls)
        baseline._inner = native
        return baseline

    @classmethod
    def from_json(cls, text: str) -> Baseline:
        """Read what ``to_json`` has written."""
        return cls._of(_native.Baseline.from_json(text))

    def to_json(self) -> str:
        """Write the baseline as JSON, sorted, the same bytes in every language."""
        return self._inner.to_json()

    def promote(
        self,
        report: Report,
        changes: Chosen | Iterable[Chosen],
        *,
        by: str,
        reason: str,
        expires: datetime | date | str | None = None,
    ) -> Baseline:
        """Accept what a person has chosen in a report; gives a new baseline.

        ``changes`` are changes, findings, or fingerprints of these. Each acceptance is bound to the
        very values. ``expires`` is a time, or a date alone, which holds to its end.
        """
        chosen = [changes] if isinstance(changes, (str, Change, Finding)) else list(changes)
        native = self._inner.promote(
            must_be(report, Report, "promote()")._inner,
            [_fingerprint(one) for one in chosen],
            by,
            reason,
            _until(expires),
        )
        return Baseline._of(native)

    @property
    def taken_at(self) -> str:
        """When it was taken."""
        return self._inner.taken_at

    @property
    def revision(self) -> str | None:
        """The revision that the documents were read at."""
        return self._inner.revision

    @property
    def packs(self) -> dict[str, str]:
        """The versions of the packs that it was recorded with, by name."""
        return self._inner.packs

    @property
    def acceptances(self) -> list[Acceptance]:
        """What has been accepted since it was taken."""
        return cast("list[Acceptance]", json.loads(self._inner.acceptances_json()))

    def age(self, at: datetime | str | None = None) -> timedelta:
        """Tell how old it is; now where nobody says when."""
        return timedelta(milliseconds=self._inner.age(at_text(at)))

    def __len__(self) -> int:
        """How many resources it holds."""
        return len(self._inner)

    def __bool__(self) -> bool:
        """Be true, however many resources it holds."""
        return True

    def __eq__(self, other: object) -> bool:
        """Compare by the bytes of the JSON."""
        return isinstance(other, Baseline) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        """Go by the JSON."""
        return hash(self.to_json())

    def __repr__(self) -> str:
        """Say how much it holds, and nothing of what."""
        count = len(self)
        return f"<Baseline of {count} resource{'' if count == 1 else 's'}, {self.taken_at}>"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON."""
        return (Baseline.from_json, (self.to_json(),))


def natives_of(reports: Report | Iterable[Report]) -> list[_native.Report]:
    """Give what one report, or several, are made of."""
    return [report._inner for report in all_of(reports, Report, "reports")]


def rule_usage(reports: Report | Iterable[Report]) -> list[RuleHistory]:
    """Tell what each rule has done over several reports, in any order."""
    return cast("list[RuleHistory]", loads(_native.rule_usage(natives_of(reports))))


def noise_suggestions(reports: Iterable[Report], *, at_least: int = 3) -> list[Suggestion]:
    """Suggest the smallest rules that would have hidden what keeps coming back.

    A change must stand in ``at_least`` of the reports, and in the last one. Secrets, what packs
    watch, what is critical or about security, and whole resources are never suggested.
    """
    found = _native.noise_suggestions(natives_of(reports), {"at_least": at_least})
    return cast("list[Suggestion]", loads(found))
