"""The lists of a report: made when they are asked for, and like lists."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Sequence
from typing import Any

import pytest

import drift_py as drift
from drift_py import _native
from drift_py._entries import CHUNK, Entries

AT = "2026-01-01T00:00:00Z"
COUNT = CHUNK * 2 + 10


def queue(name: str, **attributes: Any) -> dict[str, Any]:
    return {"type": "queue", "id": name, "attributes": attributes}


def report_of(count: int) -> drift.Report:
    desired = [queue(f"q{n}", delay=0) for n in range(count)]
    live = [queue(f"q{n}", delay=n + 1, extra=n) for n in range(count)]
    return drift.detect(json.dumps(desired), json.dumps(live), at=AT)


@pytest.fixture(scope="module", params=[0, 1, 5, CHUNK, COUNT])
def report(request: pytest.FixtureRequest) -> drift.Report:
    return report_of(request.param)


def both(report: drift.Report) -> tuple[list[drift.Finding], Sequence[drift.Finding]]:
    return list(report.findings), report_again(report).findings


def report_again(report: drift.Report) -> drift.Report:
    return drift.Report.from_json(report.to_json())


def test_they_hold_what_the_json_says(report: drift.Report) -> None:
    whole = report.to_dict()
    assert [one.to_dict() for one in report.findings] == whole["findings"]
    for name in ("pending", "undeclared", "suppressed", "unknown"):
        assert [one.to_dict() for one in getattr(report, name)] == whole[name], name
    for name in ("summary", "causes", "not_checked", "rule_usage", "packs", "warnings"):
        assert getattr(report, name) == whole[name], name
    assert report.schema_version == whole["schema_version"]


def test_they_are_read_like_lists(report: drift.Report) -> None:
    plain, entries = both(report)
    assert len(entries) == len(plain) and bool(entries) == bool(plain)
    assert entries == plain and plain == entries and entries == report.findings
    assert not (entries != plain)  # noqa: SIM202, both operators are tried
    assert list(reversed(entries)) == plain[::-1]
    for at in {0, 1, -1, len(plain) // 2, len(plain) - 1} & set(range(-len(plain), len(plain))):
        assert entries[at] == plain[at]
        assert entries[at].ignore_rule() == plain[at].ignore_rule() != ""
        assert entries[at] in entries and entries.index(plain[at]) == at % len(plain)
    for out in (len(plain), -len(plain) - 1):
        with pytest.raises(IndexError, match="list index out of range"):
            entries[out]
    assert entries + plain == plain + plain == plain + entries  # type: ignore[operator]
    assert sorted(entries, key=lambda one: one.fingerprint) is not None


@pytest.mark.parametrize(
    "where",
    [
        slice(None),
        slice(3),
        slice(-3, None),
        slice(CHUNK - 1, CHUNK + 2),
        slice(None, None, -1),
        slice(10, 2, -3),
        slice(1, None, CHUNK),
        slice(5, 5),
    ],
)
def test_slices_are_of_their_kind(report: drift.Report, where: slice) -> None:
    plain, entries = both(report)
    part = entries[where]
    assert type(part) is type(entries)
    assert part == plain[where] and len(part) == len(plain[where])
    assert [one.ignore_rule() for one in part] == [one.ignore_rule() for one in plain[where]]
    assert part[::-1] == plain[where][::-1] and part[1:] == plain[where][1:]


def test_they_are_no_tuples_and_of_their_report() -> None:
    report, other = report_of(2), report_of(3)
    assert report.findings != tuple(report.findings)
    assert report.findings != other.findings
    changes: Any = report.undeclared
    assert report.findings != changes
    assert report.pending == [] == report.unknown and report.pending == report.unknown
    with pytest.raises(TypeError):
        hash(report.findings)
    with pytest.raises(TypeError):
        report.findings[0] = report.findings[1]  # type: ignore[index]


def test_long_lists_are_shown_in_short(report: drift.Report) -> None:
    plain, entries = both(report)
    if len(plain) <= 7:
        assert repr(entries) == repr(plain)
    else:
        assert repr(entries).startswith(repr(plain[:3])[:-1])
        assert repr(entries).endswith(repr(plain[-3:])[1:])
        assert f"… {len(plain) - 6} more …" in repr(entries)


@pytest.mark.parametrize("part", [slice(None), slice(2), slice(CHUNK, None)])
def test_they_are_sent_as_lists(report: drift.Report, part: slice) -> None:
    plain, entries = both(report)
    again = pickle.loads(pickle.dumps(entries[part]))
    assert type(again) is list and again == plain[part] == entries[part]
    assert [one.ignore_rule() for one in again] == [one.ignore_rule() for one in plain[part]]


def test_copies_are_apart() -> None:
    report = report_of(3)
    assert copy.copy(report.findings) == report.findings
    deep = copy.deepcopy(report.findings)
    deep[0]._fields["severity"] = "low"
    assert (deep[0].severity, report.findings[0].severity) == ("low", "medium")
    assert report.findings[0] is report.findings[0]


class _Counting:
    """A native report that counts what is read of it."""

    def __init__(self, native: _native.Report) -> None:
        self._native = native
        self.read = 0

    def length(self, name: str) -> int:
        return self._native.length(name)

    def entries(self, name: str, start: int, end: int) -> str:
        self.read += end - start
        return self._native.entries(name, start, end)


def test_what_is_not_asked_for_is_not_made() -> None:
    native: Any = _Counting(report_of(COUNT)._inner)
    entries: Entries[Any] = Entries(native, "findings", lambda at, fields: fields)
    assert len(entries[10:]) == COUNT - 10 and native.read == 0
    assert entries[COUNT - 1] and entries[0] and native.read == 2
    assert len(list(entries[:10])) == 10 and native.read == 12
    repr(entries)
    assert native.read == 18
    next(iter(entries))
    assert native.read == 18 + CHUNK
    assert sum(1 for _ in entries) == COUNT
    assert native.read <= 18 + CHUNK + COUNT


def test_a_report_that_is_only_looked_at_makes_nothing() -> None:
    report = report_of(COUNT)
    native: Any = _Counting(report._inner)
    _ = report.findings, report.summary, report.undeclared, repr(report), report.verdict
    assert native.read == 0
    assert "findings" not in report._sections
    with pytest.raises(drift.DriftError, match="a report has no `nothing`"):
        report._inner.length("nothing")
    with pytest.raises(drift.DriftError, match="a report has no `findings`"):
        report._inner.section("findings")
