"""Work in Rust leaves other threads running, and one detector serves them all."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import drift_py as drift

AT = "2026-01-01T00:00:00Z"


def records(count: int, size: int) -> bytes:
    return json.dumps(
        [
            {"type": "queue", "id": f"q{n}", "attributes": {"size": size, "tags": {"n": str(n)}}}
            for n in range(count)
        ]
    ).encode()


def ticks_during(work: Callable[[], object]) -> tuple[float, int]:
    """Run ``work`` beside a thread that ticks; give its time and the ticks within it."""
    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.002):
            ticks.append(time.perf_counter())

    ticker = threading.Thread(target=tick)
    ticker.start()
    try:
        start = time.perf_counter()
        work()
        end = time.perf_counter()
    finally:
        stop.set()
        ticker.join()
    return end - start, sum(start < at < end for at in ticks)


def assert_ticks(call: Callable[[int], Callable[[], object]]) -> None:
    """Make the work large enough to take 100 ms, and expect ticks all along."""
    count = 1_000
    while True:
        took, ticks = ticks_during(call(count))
        if took >= 0.1:
            break
        count *= 2
    # A thread that held the lock would leave none.
    assert ticks >= 5, f"{ticks} ticks in {took:.3f} s"


def test_parsing_leaves_a_thread_ticking() -> None:
    def call(count: int) -> Callable[[], object]:
        data = records(count, 1)
        return lambda: drift.Snapshot.parse(data)

    assert_ticks(call)


def test_detection_leaves_a_thread_ticking() -> None:
    detector = drift.Detector()

    def call(count: int) -> Callable[[], object]:
        desired = drift.Snapshot.parse(records(count, 1))
        actual = drift.Snapshot.parse(records(count, 2))
        return lambda: detector.detect(desired, actual, at=AT)

    assert_ticks(call)


def test_one_detector_and_its_snapshots_serve_many_threads() -> None:
    detector = drift.Detector()
    desired, actual = drift.Snapshot.parse(records(200, 1)), drift.Snapshot.parse(records(200, 2))
    expected = detector.detect(desired, actual, at=AT).to_json()
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda _: detector.detect(desired, actual, at=AT).to_json(), range(32))
        assert set(found) == {expected}


def test_a_builder_takes_pages_from_many_threads() -> None:
    builder = drift.SnapshotBuilder("aws")
    with ThreadPoolExecutor(8) as pool:
        for added in [
            pool.submit(builder.add, "aws_sqs_queue", f"q{n}", {"n": n}) for n in range(200)
        ]:
            added.result()
    assert {one["id"] for one in builder.build().resources} == {f"q{n}" for n in range(200)}


def test_documents_of_the_deepest_nesting_are_read_from_any_thread() -> None:
    value = '{"a":' * 500 + "1" + "}" * 500
    text = f'[{{"type": "t", "id": "a", "attributes": {value}}}]'
    reports: list[drift.Report] = []
    # The smallest stack that Python gives a thread.
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(
            target=lambda: reports.append(drift.detect(text, text.replace(":1}", ":2}")))
        )
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert reports[0].findings[0].changes[0].path.count("a") == 500


class SignalledError(Exception):
    """What a handler of signals raises, as Ctrl-C does."""


def test_a_signal_stops_the_work() -> None:
    def interrupt(signum: int, frame: object) -> None:
        raise SignalledError

    detector = drift.Detector(threads=1)
    count = 2_000
    while True:
        desired, actual = records(count, 1), records(count, 2)
        start = time.perf_counter()
        detector.detect(desired, actual, at=AT)
        whole = time.perf_counter() - start
        if whole >= 0.5:
            break
        count *= 2
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, whole / 10)
        start = time.perf_counter()
        with pytest.raises(SignalledError):
            detector.detect(desired, actual, at=AT)
        assert time.perf_counter() - start < whole * 0.7
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
