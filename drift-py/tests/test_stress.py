"""Memory stays flat, however often the package is used.

``DRIFT_STRESS=10000`` makes as many rounds; a hundred are made without it.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift

AT = "2026-01-01T00:00:00Z"
ROUNDS = int(os.environ.get("DRIFT_STRESS", "100"))
#: More than the allocator and the interpreter keep for themselves.
MOST = 6 << 20
STATM = Path("/proc/self/statm")


def memory() -> int:
    gc.collect()
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def side(size: int) -> list[dict[str, Any]]:
    return [
        {"type": "queue", "id": f"q{n}", "attributes": {"size": size, "text": "x" * 1000}}
        for n in range(20)
    ]


def texts() -> None:
    report = drift.detect(json.dumps(side(1)).encode(), json.dumps(side(2)).encode(), at=AT)
    assert len(report.findings) == 20


def objects() -> None:
    detector = pickle.loads(pickle.dumps(drift.Detector()))
    report = detector.detect(side(1), side(2), at=AT)
    assert pickle.loads(pickle.dumps(report)) == report
    pickle.loads(pickle.dumps(report.findings[0]))
    report.explain("q0", "size")


def tables() -> None:
    report = drift.detect(side(1), side(2), at=AT)
    assert len(report.to_dicts()) == 20
    report.__arrow_c_stream__()
    report._repr_html_()


def entries() -> None:
    report = drift.detect(side(1), side(2), at=AT)
    assert report.findings[::2][-1].changes and report.findings == list(report.findings)
    assert report.summary and not report.undeclared
    with pytest.raises(IndexError):
        report.findings[20]


def told() -> None:
    seen: list[drift.Progress] = []
    detector = drift.Detector(threads=2)
    detector.detect(side(1), side(2), at=AT, progress=seen.append)
    assert seen[-1].done == 20

    def stop(progress: drift.Progress) -> None:
        raise KeyError(progress.stage)

    with pytest.raises(KeyError):
        detector.detect(side(1), side(2), at=AT, progress=stop)


def rows() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    one = pyarrow.table({"document": [json.dumps([one]) for one in side(1)]})
    assert len(drift.Snapshot.parse(one)) == 20
    assert len(drift.Snapshot.parse(json.dumps([one]) for one in side(1))) == 20
    with pytest.raises(drift.DriftError):
        drift.Snapshot.parse(pyarrow.table({"document": ["[]", None]}))


def errors() -> None:
    for source in ("{", [{"type": "t", "id": "a", "attributes": {"x": {1}}}], '[{"type": "t"}]'):
        with pytest.raises((drift.DriftError, TypeError)):
            drift.detect(source, "[]")


def threads() -> None:
    detector = drift.Detector(threads=2)
    workers = [
        threading.Thread(target=lambda: detector.detect(side(1), side(2), at=AT)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@pytest.mark.skipif(not STATM.exists(), reason="the memory of a process is read on Linux")
@pytest.mark.parametrize("work", [texts, objects, tables, entries, told, rows, errors, threads])
def test_memory_is_flat(work: Callable[[], None]) -> None:
    for _ in range(max(ROUNDS // 10, 30)):
        work()
    before = memory()
    for _ in range(ROUNDS):
        work()
    grown = memory() - before
    assert grown < MOST, f"{grown / 2**20:.1f} MiB in {ROUNDS} rounds"


@pytest.mark.skipif(not STATM.exists(), reason="the memory of a process is read on Linux")
def test_memory_is_flat_where_tables_are_read() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    report = drift.detect(side(1), side(2), at=AT)
    for _ in range(100):
        pyarrow.table(report)
    before = memory()
    for _ in range(ROUNDS):
        assert pyarrow.table(report).num_rows == 20
    assert memory() - before < MOST
