"""Tables as documents: each row is one, whatever library holds them."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from typing import Any

import pytest

import drift_py as drift

pyarrow = pytest.importorskip("pyarrow")

COUNT = 300


def document(n: int) -> str:
    # Of many lengths: short texts stand in a view themselves.
    one = {"type": "queue", "id": f"q{n}", "attributes": {"name": "ü" * n}}
    return json.dumps([one], ensure_ascii=False)


DOCUMENTS = [document(n) for n in range(COUNT)]
SHORT = ["[]", *DOCUMENTS, "[]"]


def ids(source: Any, **options: Any) -> list[str]:
    return [one["id"] for one in drift.Snapshot.parse(source, **options).resources]


def expected(first: int = 0, last: int = COUNT) -> list[str]:
    return [f"q{n}" for n in range(first, last)]


def table(values: list[str] = DOCUMENTS, type: Any = None, name: str = "document") -> Any:
    given = [one.encode() for one in values] if type and "binary" in str(type) else values
    return pyarrow.table({"n": list(range(len(values))), name: pyarrow.array(given, type)})


class TestLibraries:
    @pytest.mark.parametrize(
        "type",
        ["string", "large_string", "string_view", "binary", "large_binary", "binary_view"],
    )
    def test_pyarrow(self, type: str) -> None:
        whole = table(SHORT, getattr(pyarrow, type)())
        assert ids(whole) == expected()
        assert ids(whole.slice(3, 20)) == expected(2, 22)
        assert ids(pyarrow.Table.from_batches(whole.to_batches(max_chunksize=7))) == expected()

    def test_batches_readers_and_columns(self) -> None:
        whole = table()
        assert ids(whole.to_batches()[0]) == expected()
        assert ids(whole.to_reader(max_chunksize=11)) == expected()
        assert ids(whole.to_batches(max_chunksize=9)) == expected()
        assert ids(iter(whole.to_batches(max_chunksize=9))) == expected()
        assert ids(whole["document"]) == expected()
        assert ids(whole["document"].slice(5)) == expected(5)

    def test_polars(self) -> None:
        polars = pytest.importorskip("polars")
        frame = polars.DataFrame({"n": range(COUNT), "document": DOCUMENTS})
        assert ids(frame) == ids(frame["document"]) == expected()
        assert ids(frame.slice(7, 9)) == expected(7, 16)

    def test_pandas(self) -> None:
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame({"document": DOCUMENTS})
        if not hasattr(frame, "__arrow_c_stream__"):
            pytest.skip("this pandas gives no Arrow stream")
        assert ids(frame) == expected()

    def test_duckdb(self) -> None:
        duckdb = pytest.importorskip("duckdb")
        held = table()
        found = duckdb.sql("select document from held where n < 10 order by n")
        assert ids(found) == expected(0, 10)
        del held

    def test_no_library_is_needed(self) -> None:
        code = """
import sys
import drift_py as drift
desired = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
actual = [{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]
report = drift.detect(desired, actual)
# A report is a table too, which another part of this package makes.
try:
    drift.Snapshot.parse(report, column="desired")
except drift.DriftError as error:
    print(error.code)
else:
    print("read")
print(not {"pyarrow", "polars", "pandas"} & sys.modules.keys())
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert done.stdout.split()[1:] == [b"True"]


class TestColumns:
    def test_the_only_one_of_texts_is_read(self) -> None:
        assert ids(table(name="other")) == expected()
        assert ids(table(), column="document") == expected()
        both = table().append_column("more", pyarrow.array(["[]"] * COUNT))
        assert ids(both) == expected()
        assert ids(both, column="more") == []

    @pytest.mark.parametrize(
        ("columns", "option", "message"),
        [
            ({"a": ["x"], "b": ["y"]}, None, "several columns of texts or bytes: `a`, `b`"),
            ({"a": [1], "b": [2.0]}, None, "no column of texts or bytes; its columns: `a`, `b`"),
            ({"a": ["x"]}, "b", "the table has no column `b`; its columns: `a`"),
            ({"a": [1]}, "a", "the column `a` holds no texts or bytes"),
            ({"a": ["x"], "document": [1]}, None, "the column `document` holds no texts or bytes"),
        ],
    )
    def test_else_it_is_told_what_there_is(
        self, columns: dict[str, list[Any]], option: str | None, message: str
    ) -> None:
        with pytest.raises(drift.DriftError, match=message) as raised:
            drift.Snapshot.parse(pyarrow.table(columns), column=option)
        assert raised.value.code == "DRIFT_OPTION" and "`column=`" in (raised.value.help or "")

    def test_texts_by_numbers_are_no_texts(self) -> None:
        coded = pyarrow.table({"document": pyarrow.array(DOCUMENTS).dictionary_encode()})
        with pytest.raises(drift.DriftError, match="holds no texts or bytes"):
            drift.Snapshot.parse(coded)

    def test_it_is_of_tables(self) -> None:
        sources: list[Any] = ["[]", b"[]", [], iter([b"[]"])]
        for source in sources:
            with pytest.raises(TypeError, match="column is of a table, not of"):
                drift.Snapshot.parse(source, column="document")
        builder = drift.SnapshotBuilder()
        with pytest.raises(TypeError, match="column is of a table"):
            builder.add_document("[]", column="document")
        builder.add_document(table(DOCUMENTS[:3]), column="document")
        assert len(builder.build()) == 3


class TestFaults:
    def test_a_null_is_told_with_its_row(self) -> None:
        for type in ("string", "string_view", "large_binary"):
            values = [one.encode() if "binary" in type else one for one in DOCUMENTS]
            values[:0] = values[:0]
            given = pyarrow.array([*values, None], getattr(pyarrow, type)())
            for part in (given, given.slice(40)):
                with pytest.raises(drift.DriftError) as raised:
                    drift.Snapshot.parse(pyarrow.table({"document": part}))
                assert raised.value.message == f"row {len(part)} of column `document` is null"
                assert raised.value.code == "DRIFT_PARSE"

    def test_a_row_that_cannot_be_read_is_told(self) -> None:
        bad = ["[]"] * 300 + ['[{"type": }]']
        with pytest.raises(drift.DriftError) as raised:
            drift.Snapshot.parse(table(bad))
        error = raised.value
        assert (error.line, error.column) == (1, 11)
        assert str(error).endswith("line 1 column 11, row 301")
        assert "at" not in vars(error)

    def test_nor_is_a_document_of_a_generator(self) -> None:
        with pytest.raises(drift.DriftError, match="line 1 column 2, document 2"):
            drift.Snapshot.parse(iter(["[]", "{"]))
        with pytest.raises(drift.DriftError, match=r"document 2[^0]") as raised:
            drift.Snapshot.parse(iter([[], {"api_version": "v1", "kind": "Pod"}]))
        assert "Kubernetes client" in (raised.value.help or "")

    def test_no_rows_are_no_documents(self) -> None:
        with pytest.raises(drift.DriftError, match="the table has no rows") as raised:
            drift.Snapshot.parse(table([], pyarrow.string()))
        assert raised.value.code == "DRIFT_NO_RESOURCES"

    def test_what_the_stream_says_comes_through(self) -> None:
        def fails() -> Any:
            yield table().to_batches()[0]
            raise ValueError("the disk is gone")

        reader = pyarrow.RecordBatchReader.from_batches(table().schema, fails())
        with pytest.raises(OSError, match="the disk is gone"):
            drift.Snapshot.parse(reader)


def test_they_are_compared_like_any_source() -> None:
    actual = table([one.replace("ü", "u") for one in DOCUMENTS])
    at = "2026-01-01T00:00:00Z"
    report = drift.detect(table(), actual, at=at)
    assert len(report.findings) == COUNT - 1
    same = drift.detect(iter(DOCUMENTS), actual, at=at)
    assert report.semantic_json() == same.semantic_json()


def test_tables_do_not_stay() -> None:
    pool = pyarrow.default_memory_pool()
    before = pool.bytes_allocated()
    for _ in range(50):
        drift.Snapshot.parse(table())
        with pytest.raises(drift.DriftError):
            drift.Snapshot.parse(table([*DOCUMENTS, "{"]))
        with pytest.raises(drift.DriftError):
            drift.Snapshot.parse(table(), column="gone")
    gc.collect()
    assert pool.bytes_allocated() <= before + 100_000
