"""Findings page by page, and both sides of one as texts."""

import json
import pickle

import pytest

from drift_py import DiffView, DriftError, Report, detect

AT = "2026-01-01T00:00:00Z"
RULES = [{"id": "bad", "match": {"id": "q1*"}, "paths": ["/delay"], "severity": "critical"}]


def report_of(count: int) -> Report:
    """Make a report of so many queues, all with another delay than declared."""

    def side(delay: int) -> list[object]:
        return [
            {"type": "queue", "id": f"q{n}", "attributes": {"delay": delay, "password": str(delay)}}
            for n in range(count)
        ]

    return detect(side(0), side(30), at=AT, rules=RULES)


def test_findings_come_page_by_page() -> None:
    """All of them, once, in order; the same with a report that was read from JSON."""
    report = report_of(25)
    items, cursor = [], None
    for read in (report, Report.from_json(report.to_json()), report):
        page = read.query(limit=10, cursor=cursor)
        items += page.items
        cursor = page.cursor
        assert page.total == 25
    assert cursor is None
    assert items == report.findings
    assert report.query().items[0] is report.findings[0]
    assert report.query(severity=">=high").total == 11
    assert report.query(severity="<critical", type=["que*", "x"], owner="").total == 14
    assert report.query(status="missing").items == []
    assert report.query(status=["missing", "drifted"], path="delay").total == 25


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"severity": "bad"}, "/severity"),
        ({"status": "in_sync"}, "/status"),
        ({"limit": 0}, "/limit"),
        ({"limit": 1.5}, "/limit"),
        ({"owner": [7]}, "/owner/0"),
        ({"cursor": "next"}, None),
    ],
)
def test_a_query_that_means_nothing_is_refused(asked: dict[str, object], path: str | None) -> None:
    """Each error names its field."""
    with pytest.raises(DriftError) as caught:
        report_of(2).query(**asked)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.path) == ("DRIFT_OPTION", path)


def test_a_cursor_holds_for_its_report_and_its_query() -> None:
    """Another report or another query refuses it."""
    report = report_of(3)
    cursor = report.query(limit=1).cursor
    for other, asked in ((report_of(4), {}), (report, {"owner": "ada"})):
        with pytest.raises(DriftError, match="another report or another query"):
            other.query(limit=1, cursor=cursor, **asked)  # type: ignore[arg-type]


def test_a_view_shows_both_sides() -> None:
    """Redacted, by line, and the same as JSON."""
    report = report_of(1)
    view = report.diff_view(report.findings[0].fingerprint)
    assert view.desired is not None
    assert view.actual is not None
    assert json.loads(view.actual["text"]) == {"delay": 30, "password": "[redacted: actual]"}
    assert view.desired["lines"] == {"": 1, "/delay": 2, "/password": 3}
    assert [hunk["path"] for hunk in view.hunks] == ["delay", "password"]
    assert str(view).startswith("--- desired\n+++ actual\n@@ -1,4 +1,4 @@\n")
    assert view.to_dict() == json.loads(view.to_json())
    assert pickle.loads(pickle.dumps(view)) == view
    assert repr(view) == "<DiffView of 'queue q0', 2 differences>"
    assert (view.status, view.left_out, view.reference) == ("drifted", {}, None)
    with pytest.raises(TypeError):
        DiffView()


def test_a_view_that_cannot_be_given_is_refused() -> None:
    """By code."""
    report = report_of(1)
    known = report.findings[0].fingerprint
    again = Report.from_json(report.to_json())
    for asked, fingerprint, size, code in (
        (again, known, None, "DRIFT_NO_DOCUMENTS"),
        (report, "nothing", None, "DRIFT_ADDRESS"),
        (report, known, 3, "DRIFT_LIMIT"),
        (report, known, 0, "DRIFT_OPTION"),
    ):
        with pytest.raises(DriftError) as caught:
            asked.diff_view(fingerprint, max_bytes=size)
        assert caught.value.code == code
