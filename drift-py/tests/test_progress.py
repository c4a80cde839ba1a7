"""How far the work has come, told while it is done."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from importlib.util import find_spec
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest

import drift_py as drift
from drift_py import Progress, _progress
from drift_py._progress import INTERVAL, Reporter

AT = "2026-01-01T00:00:00Z"
STAGES = ("reading", "pairing", "comparing", "reporting")


def side(count: int, size: int) -> bytes:
    return json.dumps(
        [{"type": "queue", "id": f"q{n}", "attributes": {"size": size}} for n in range(count)]
    ).encode()


@pytest.fixture(scope="module")
def sides() -> tuple[bytes, bytes]:
    """Give what takes a detector a second or so, whatever the machine."""
    count = 4_000
    while True:
        found = side(count, 1), side(count, 2)
        start = time.monotonic()
        drift.Detector(threads=1).detect(*found)
        if time.monotonic() - start > 0.8 or count > 1_000_000:
            return found
        count *= 2


class TestTold:
    @pytest.mark.parametrize("threads", [1, 4])
    def test_it_is_told_in_order_and_not_too_often(
        self, sides: tuple[bytes, bytes], threads: int
    ) -> None:
        told: list[Progress] = []
        times: list[float] = []
        callers: set[int] = set()

        def call(progress: Progress) -> None:
            times.append(time.monotonic())
            told.append(progress)
            callers.add(threading.get_ident())

        detector = drift.Detector(threads=threads)
        report = detector.detect(*sides, at=AT, progress=call)
        assert report == detector.detect(*sides, at=AT)
        count = len(report.findings)
        assert told[0] == ("reading", 0, None)
        assert told[-1] == ("reporting", count, count)
        assert [STAGES.index(one.stage) for one in told] == sorted(
            STAGES.index(one.stage) for one in told
        )
        comparing = [one for one in told if one.stage == "comparing"]
        assert comparing and {one.total for one in comparing} == {count}
        assert [one.done for one in comparing] == sorted(one.done for one in comparing)
        assert callers == {threading.get_ident()}
        assert all(later - at >= INTERVAL for at, later in pairwise(times[:-1]))
        for at in times:
            assert sum(at <= one <= at + 1 for one in times) <= 10

    def test_the_parts_are_told_too(self) -> None:
        for parts in (1, 3):
            told: list[Progress] = []
            drift.Detector().partials(side(9, 1), side(9, 2), parts, progress=told.append)
            assert told[-1][1:] == (9, 9)
        told = []
        drift.Detector().partial(side(9, 1), side(9, 2), progress=told.append)
        assert told[-1] == ("comparing", 9, 9)

    def test_work_of_no_time_is_told_at_its_end(self) -> None:
        told: list[Progress] = []
        drift.detect(side(2, 1), side(2, 2), progress=told.append)
        assert told[0].stage == "reading" and told[-1] == ("reporting", 2, 2)

    def test_it_is_told_on_any_thread(self, sides: tuple[bytes, bytes]) -> None:
        callers: list[int] = []
        thread = threading.Thread(
            target=lambda: drift.detect(
                *sides, progress=lambda _: callers.append(threading.get_ident())
            )
        )
        thread.start()
        thread.join()
        assert set(callers) == {thread.ident}

    @pytest.mark.parametrize("given", [None, False])
    def test_nobody_needs_to_know(self, given: bool | None) -> None:
        assert drift.detect(side(1, 1), side(1, 1), progress=given).in_sync

    def test_it_is_a_callable(self) -> None:
        with pytest.raises(TypeError, match="progress is a callable, True or False, not int"):
            drift.detect(side(1, 1), side(1, 1), progress=1)  # type: ignore[arg-type]


class StopError(Exception):
    """What a callback raises."""


class TestStopped:
    @pytest.mark.parametrize("stage", ["reading", "comparing", "reporting"])
    @pytest.mark.parametrize("threads", [1, 4])
    def test_what_it_raises_stops_the_work(
        self, sides: tuple[bytes, bytes], stage: str, threads: int
    ) -> None:
        def call(progress: Progress) -> None:
            if progress.stage == stage:
                raise StopError

        detector = drift.Detector(threads=threads)
        with pytest.raises(StopError):
            detector.detect(*sides, progress=call)

    def test_the_work_ends_early(self, sides: tuple[bytes, bytes]) -> None:
        detector = drift.Detector(threads=1)
        snapshots = [drift.Snapshot.parse(one) for one in sides]
        start = time.monotonic()
        detector.detect(*snapshots)
        whole = time.monotonic() - start

        def call(progress: Progress) -> None:
            if progress.done:
                raise StopError

        start = time.monotonic()
        with pytest.raises(StopError):
            detector.detect(*snapshots, progress=call)
        assert time.monotonic() - start < max(whole * 0.8, 0.5)

    def test_an_error_of_the_engine_comes_through(self) -> None:
        with pytest.raises(drift.DriftError):
            drift.detect("{", "[]", progress=lambda _: None)


class TestAwaited:
    def test_it_is_told_on_the_loop(self, sides: tuple[bytes, bytes]) -> None:
        told: list[tuple[int, Progress]] = []

        async def run() -> drift.Report:
            return await drift.Detector().detect_async(
                *sides, at=AT, progress=lambda one: told.append((threading.get_ident(), one))
            )

        report = asyncio.run(run())
        assert {thread for thread, _ in told} == {threading.get_ident()}
        count = len(report.findings)
        assert told[-1][1] == ("reporting", count, count)

    @pytest.mark.parametrize("stage", ["reading", "reporting"])
    def test_what_it_raises_is_raised_where_it_is_awaited(
        self, sides: tuple[bytes, bytes], stage: str
    ) -> None:
        def call(progress: Progress) -> None:
            if progress.stage == stage:
                raise StopError

        with pytest.raises(StopError):
            asyncio.run(drift.Detector().detect_async(*sides, progress=call))

    def test_a_bar_is_drawn_too(self, capfd: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("rich")
        asyncio.run(drift.Detector().detect_async(side(3, 1), side(3, 2), progress=True))
        with pytest.raises(TypeError, match="progress is a callable"):
            bad: Any = 1
            asyncio.run(drift.Detector().detect_async("[]", "[]", progress=bad))
        assert capfd.readouterr().out == ""

    def test_a_cancelled_task_ends_its_work(self, sides: tuple[bytes, bytes]) -> None:
        running: list[Any] = []

        class Watched(drift.Detector):
            def detect(self, *given: Any, **options: Any) -> drift.Report:
                try:
                    return super().detect(*given, **options)
                except RuntimeError as error:
                    running.append(error)
                    raise

        async def run() -> None:
            comparing = asyncio.Event()

            def call(progress: Progress) -> None:
                if progress.stage == "comparing":
                    comparing.set()

            detector = Watched(threads=1)
            task = asyncio.create_task(detector.detect_async(*sides, progress=call))
            await comparing.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(run())
        assert [str(error) for error in running] == ["the task was cancelled"]


class TestBars:
    def test_rich_draws_one(self, capfd: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("rich")
        assert not drift.detect(side(3, 1), side(3, 2), progress=True).in_sync
        out, error = capfd.readouterr()
        assert out == "" and "Traceback" not in error

    def test_so_does_tqdm(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        pytest.importorskip("tqdm")
        real = find_spec
        monkeypatch.setattr(
            _progress, "find_spec", lambda name: None if name == "rich" else real(name)
        )
        drift.detect(side(3, 1), side(3, 2), progress=True)
        out, error = capfd.readouterr()
        assert out == "" and "reporting" in error and "3/3" in error

    def test_without_both_it_is_told_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_progress, "find_spec", lambda name: None)
        with pytest.raises(ImportError, match="pip install rich"):
            drift.detect(side(1, 1), side(1, 1), progress=True)

    def test_a_bar_is_taken_away_where_the_work_fails(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed: list[bool] = []

        class Bar:
            def __init__(self, **given: Any) -> None:
                self.total, self.n = None, 0

            def set_description_str(self, text: str, refresh: bool) -> None: ...
            def refresh(self) -> None: ...
            def close(self) -> None:
                closed.append(True)

        module: Any = ModuleType("tqdm.auto")
        module.tqdm = Bar
        monkeypatch.setitem(sys.modules, "tqdm", ModuleType("tqdm"))
        monkeypatch.setitem(sys.modules, "tqdm.auto", module)
        monkeypatch.setattr(_progress, "find_spec", lambda name: name == "tqdm")
        with pytest.raises(drift.DriftError):
            drift.detect("{", "[]", progress=True)
        assert closed == [True]


def test_a_reporter_keeps_what_it_may_not_tell_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    told: list[int] = []
    reporter = Reporter(lambda progress: told.append(progress.done))
    for tick in range(1, 101):
        now[0] = tick * 0.01
        reporter("comparing", tick, 100)
    assert told[0] == 1 and len(told) == 8
    reporter.end()
    reporter.end()
    assert told[-1] == 100 and len(told) == 9


def test_a_coroutine_is_no_callback() -> None:
    async def told(progress: Progress) -> None:
        raise AssertionError(progress)

    with pytest.raises(TypeError, match="plain function"):
        drift.Detector().detect(side(1, 1), side(1, 1), progress=told)
