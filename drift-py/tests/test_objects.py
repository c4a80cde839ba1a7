"""Reports as objects: shown, compared, copied and sent."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import weakref
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

import drift_py as drift

AT = "2026-01-01T00:00:00Z"


def queue(name: str = "jobs", **attributes: Any) -> dict[str, Any]:
    return {"type": "queue", "id": name, "attributes": attributes}


def report_of(**options: Any) -> drift.Report:
    desired = [queue(delay=0, big=12345678901234567890123, exact=1.5), queue("gone")]
    live = drift.Snapshot.parse([queue(delay=30, big=1, exact=2.5, extra=1)], complete=True)
    return drift.detect(desired, live, at=AT, **options)


def entries(report: drift.Report) -> list[drift.Finding | drift.Change]:
    changes = [change for finding in report.findings for change in finding.changes]
    return [*report.findings, *changes, *report.undeclared]


WAYS = [
    copy.copy,
    copy.deepcopy,
    *(lambda one, n=n: pickle.loads(pickle.dumps(one, n)) for n in range(6)),
]


@pytest.mark.parametrize("again", WAYS)
def test_findings_and_changes_are_copied_and_sent(again: Any) -> None:
    for entry in entries(report_of()):
        other = again(entry)
        assert type(other) is type(entry)
        assert other == entry and hash(other) == hash(entry)
        assert repr(other) == repr(entry)
        assert other.ignore_rule() == entry.ignore_rule() != ""
        assert other.to_dict() == entry.to_dict()
        if isinstance(entry, drift.Finding):
            assert other.changes == entry.changes
        assert len({entry, other}) == 1


@pytest.mark.parametrize("again", WAYS)
def test_reports_and_explanations_are_copied_and_sent(again: Any) -> None:
    report = report_of()
    assert again(report) == report
    assert again(report).findings == report.findings
    explanation = report.explain("jobs", "delay")
    assert again(explanation) == explanation
    assert hash(again(explanation)) == hash(explanation)
    assert str(again(explanation)) == str(explanation)


def test_a_copy_of_a_report_explains_itself_and_is_apart() -> None:
    report = report_of()
    for other in (copy.copy(report), copy.deepcopy(report)):
        assert other.explain("jobs", "delay") == report.explain("jobs", "delay")
        other.findings[0].to_dict().clear()
        other.findings[0]._fields.clear()
    assert report.findings[0].resource["id"] == "gone"
    deep = copy.deepcopy(report.findings[1])
    deep._fields["resource"]["id"] = "other"
    assert report.findings[1].resource["id"] == "jobs"


def test_caches_may_let_go_of_them() -> None:
    for kept in (drift.Detector(), drift.Snapshot.parse([queue()]), report_of()):
        assert weakref.ref(kept)() is kept


def test_an_acceptance_ends_with_a_day() -> None:
    detector = drift.Detector()
    desired, live = [queue(delay=0)], [queue(delay=30)]
    baseline = detector.baseline(live, at=AT)
    report = detector.detect(desired, live, at=AT, reference=baseline)
    accept = {"by": "alice", "reason": "agreed"}
    given = baseline.promote(report, report.findings[0], expires=date(2027, 1, 1), **accept)
    assert given == baseline.promote(report, report.findings[0], expires="2027-01-01", **accept)
    assert "2027-01-01" in given.to_json()


def test_kinds_are_not_equal() -> None:
    report = report_of()
    [finding] = [one for one in report.findings if one.status == "drifted"]
    assert finding != finding.changes[0]
    assert finding != finding.to_dict()
    assert report != report.to_json()


def test_it_says_whether_all_is_well() -> None:
    assert report_of().in_sync is False
    assert drift.detect([queue()], [queue()]).in_sync is True
    partial = drift.detect([queue()], "[]")
    assert (partial.in_sync, partial.partial) == (False, True)


def test_the_whole_is_a_dict() -> None:
    data = report_of().to_dict()
    assert list(data)[:3] == ["schema_version", "verdict", "partial"]
    changes = {one["path"]: one for one in data["findings"][1]["changes"]}
    assert changes["big"]["desired"] == 12345678901234567890123


class _Page(HTMLParser):
    """Checks what stands in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def page_of(report: drift.Report) -> _Page:
    page = _Page()
    page.feed(report._repr_html_())
    page.close()
    assert page.open == []
    allowed = {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td", "code", "small", "br"}
    assert page.names <= allowed
    assert page.attributes <= {"style", "rowspan"}
    assert "url(" not in report._repr_html_()
    return page


class TestNotebook:
    def test_it_shows_what_was_found(self) -> None:
        said = page_of(report_of()).said
        for text in ("drift: drifted", "2 findings, 1 undeclared", "jobs", "delay", "30", "gone"):
            assert text in said
        assert "10" * 3 not in said
        assert "drift: in sync" in page_of(drift.detect([queue()], [queue()])).said

    def test_what_documents_say_does_nothing(self) -> None:
        bad = "<script>alert(1)</script>\"'><img src=x onerror=y>\u202e\x1b[2J"
        desired = [{**queue(bad, **{bad: bad}), "type": bad, "scope": {bad: bad}}]
        live = [{**queue(bad, **{bad: 1}), "type": bad, "scope": {bad: bad}}]
        report = drift.detect(desired, live)
        said = page_of(report).said
        assert "<script>" in said
        for text in ("\u202e", "\x1b"):
            assert text not in report._repr_html_()
            assert text not in report._repr_markdown_()

    def test_it_stays_small(self) -> None:
        long = "x" * 100_000
        many = {f"f{n}": 0 for n in range(300)}
        desired = [queue(f"q{n}", long=long, **many) for n in range(200)]
        live = [queue(f"q{n}", long=long + "y", **dict.fromkeys(many, 1)) for n in range(200)]
        report = drift.detect(desired, live)
        said = page_of(report).said
        assert "… and 150 more findings" in said and "… and 281 more changes" in said
        assert len(report._repr_html_()) < 600_000
        assert len(report._repr_markdown_()) < 61_000

    def test_of_long_values_it_shows_where_they_differ(self) -> None:
        desired, live = [{"a": "x" * 500, "b": n, "c": "y" * 500} for n in (10, 20)]
        rules = "[{id: whole, paths: [/values], list: atomic}]"
        report = drift.detect([queue(values=[desired])], [queue(values=[live])], rules=rules)
        said = page_of(report).said
        assert '"b":10' in said and '"b":20' in said
        assert "x" * 100 not in said

    def test_secrets_stay_secret(self) -> None:
        report = drift.detect([queue(password="hunter2")], [queue(password="hunter3")])
        assert "password" in page_of(report).said
        assert "hunter" not in report._repr_html_() + report._repr_markdown_()


def test_the_import_brings_little_along() -> None:
    code = "import sys, drift_py; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    for name in ("argparse", "asyncio", "pytest", "html", "rich", "pandas", "polars"):
        assert name not in done.stdout.decode().split(), name


def test_a_console_of_rich_shows_what_a_terminal_does() -> None:
    rich = pytest.importorskip("rich.console")
    report = report_of()
    for colored, end in ((False, ""), (True, "\x1b[")):
        console = rich.Console(
            force_terminal=colored, color_system="standard" if colored else None, width=200
        )
        with console.capture() as captured:
            console.print(report)
        said = captured.get()
        assert end in said
        plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
        assert plain.split() == report.to_text().split()
