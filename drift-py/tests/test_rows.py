"""A report as a flat table, for what reads tables."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, get_args

import pytest

import drift_py as drift
from drift_py._rows import COLUMNS
from drift_py._types import ListName

AT = "2026-01-01T00:00:00Z"


def queue(name: str, **attributes: Any) -> dict[str, Any]:
    return {"type": "queue", "id": name, "attributes": attributes, "scope": {"region": "r"}}


@pytest.fixture
def report() -> drift.Report:
    desired = [queue("a", delay=0, tags={"x": 'é"', "n": None}), queue("b"), queue("c", size=1)]
    live = [queue("a", delay=30, tags={"x": "y", "n": 1}, extra=[1, 2]), queue("c", size=2)]
    actual = drift.Snapshot.parse(live, complete=True, name="live.json")
    return drift.detect(desired, actual, at=AT)


def test_a_row_is_a_change_or_a_resource_as_a_whole(report: drift.Report) -> None:
    rows = report.to_dicts()
    told = [(row["id"], row["path"], row["kind"], row["desired"], row["actual"]) for row in rows]
    assert sorted(told, key=str) == sorted(
        [
            ("a", "delay", "changed", "0", "30"),
            ("a", "tags.n", "changed", None, "1"),
            ("a", "tags.x", "changed", '"é\\""', '"y"'),
            ("b", None, None, None, None),
            ("c", "size", "changed", "1", "2"),
        ],
        key=str,
    )
    for row in rows:
        assert tuple(row) == COLUMNS
        assert (row["list"], row["scope"], row["detected_at"]) == (
            "findings",
            '{"region":"r"}',
            "2026-01-01T00:00:00.000Z",
        )
    changes = [change for finding in report.findings for change in finding.changes]
    found = {(change.fingerprint, change.severity, change.category) for change in changes}
    missing = next(one for one in report.findings if one.status == "missing")
    found.add((missing.fingerprint, missing.severity, missing.category))
    assert {(row["fingerprint"], row["severity"], row["category"]) for row in rows} == found


def test_lists_are_named(report: drift.Report) -> None:
    assert [row["path"] for row in report.to_dicts("undeclared")] == ["extra"]
    every = report.to_dicts(*get_args(ListName))
    assert {row["list"] for row in every} == {"findings", "undeclared"}
    assert len(every) == len(report.to_dicts()) + 1
    assert report.to_dicts("pending") == []
    with pytest.raises(drift.DriftError, match="no list `finding`"):
        report.to_dicts("finding")  # type: ignore[arg-type]


def test_secrets_stay_secret() -> None:
    report = drift.detect([queue("a", password="hunter2")], [queue("a", password="hunter3")])
    [row] = report.to_dicts()
    assert "hunter" not in str(row)
    assert row["desired"] is not None


def test_a_report_from_json_has_the_same_rows(report: drift.Report) -> None:
    again = drift.Report.from_json(report.to_json())
    assert again.to_dicts() == report.to_dicts()


def test_it_needs_none_of_what_reads_it() -> None:
    code = """
import sys
sys.modules.update(dict.fromkeys(("pandas", "polars", "pyarrow", "numpy")))
import drift_py
side = [{"type": "t", "id": "a", "attributes": {"n": 1}}]
report = drift_py.detect(side, [{"type": "t", "id": "a", "attributes": {"n": 2}}])
capsule = report.__arrow_c_stream__()
assert "arrow_array_stream" in repr(capsule), capsule
del capsule
for method in (report.to_pandas, report.to_polars):
    try:
        method()
    except ImportError as error:
        assert "pip install" in str(error) and error.name in ("pandas", "polars")
    else:
        raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)


class TestReaders:
    def test_pyarrow(self, report: drift.Report) -> None:
        pyarrow = pytest.importorskip("pyarrow")
        table = pyarrow.table(report)
        assert tuple(table.column_names) == COLUMNS
        rows = table.to_pylist()
        for row in rows:
            at = row["detected_at"].isoformat(timespec="milliseconds")
            row["detected_at"] = at.replace("+00:00", "Z")
        assert rows == report.to_dicts()
        assert table.validate(full=True) is None

    def test_polars(self, report: drift.Report) -> None:
        polars = pytest.importorskip("polars")
        frame = polars.DataFrame(report)
        assert frame.equals(report.to_polars())
        assert frame.columns == list(COLUMNS)
        assert frame["path"].to_list() == [row["path"] for row in report.to_dicts()]
        counted = dict(frame.group_by("status").len().iter_rows())
        assert counted == {"drifted": 4, "missing": 1}
        assert report.to_polars("undeclared")["path"].to_list() == ["extra"]
        assert report.to_polars("pending").shape == (0, len(COLUMNS))

    def test_pandas(self, report: drift.Report) -> None:
        pandas = pytest.importorskip("pandas")
        frame = report.to_pandas()
        assert list(frame.columns) == list(COLUMNS)
        assert (frame["id"] == "a").sum() == 3
        assert frame["detected_at"].iloc[0] == pandas.Timestamp(AT)
        assert report.to_pandas("pending").shape == (0, len(COLUMNS))
        if hasattr(pandas.DataFrame, "from_arrow"):
            pytest.importorskip("pyarrow")
            same = pandas.DataFrame.from_arrow(report)
            assert same["path"].dropna().tolist() == frame["path"].dropna().tolist()

    def test_duckdb(self, report: drift.Report) -> None:
        duckdb = pytest.importorskip("duckdb")
        query = "select id, count(*) from report where path is not null group by id order by id"
        assert duckdb.sql(query).fetchall() == [("a", 3), ("c", 1)]
        [(year,)] = duckdb.sql("select distinct year(detected_at) from report").fetchall()
        assert year == 2026

    def test_many_batches(self) -> None:
        polars = pytest.importorskip("polars")
        count = 40_000
        desired = json.dumps([queue(f"q{n}", n=n) for n in range(count)])
        actual = json.dumps([queue(f"q{n}", n=-1) for n in range(count)])
        report = drift.detect(desired, actual, at=AT)
        frame = polars.DataFrame(report)
        assert frame.height == count
        assert set(frame["desired"]) == {str(n) for n in range(count)}

    def test_a_stream_may_be_dropped_unread_and_outlives_the_report(self) -> None:
        pyarrow = pytest.importorskip("pyarrow")
        report = drift.detect([queue("a", n=1)], [queue("a", n=2)])
        for _ in range(100):
            report.__arrow_c_stream__()
        reader = pyarrow.RecordBatchReader.from_stream(report)
        del report
        assert reader.read_all().num_rows == 1
