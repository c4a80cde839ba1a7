"""Work in Rust leaves other threads running, and one detector serves them all."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

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
        texts = records(200, 1), records(200, 2)
        found = pool.map(lambda _: detector.detect(*texts, at=AT).to_json(), range(32))
        assert set(found) == {expected}
        # What one has read for itself serves another.
        read = [detector.read(one, at=AT) for one in texts]
        found = pool.map(lambda _: drift.Detector().detect(*read, at=AT).to_json(), range(8))
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
    parsed = json.loads(text)
    wrong = json.loads(text.replace(":1}", ": [NaN]}"))
    errors: list[BaseException] = []

    def refused() -> None:
        try:
            drift.Snapshot.parse(wrong)
        except drift.DriftError as error:
            errors.append(error)

    reports: list[drift.Report] = []
    # The smallest stack that Python gives a thread.
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(
            target=lambda: reports.append(drift.detect(text, text.replace(":1}", ":2}")))
        )
        of_dicts = threading.Thread(target=lambda: reports.append(drift.detect(parsed, parsed)))
        threads = [thread, of_dicts, threading.Thread(target=refused)]
        for one in threads:
            one.start()
            one.join()
    finally:
        threading.stack_size(before)
    assert reports[0].findings[0].changes[0].path.count("a") == 500
    assert reports[1].in_sync
    assert str(errors[0]).endswith(f"[0].attributes{'.a' * 500}[0]`")


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


def test_an_awaited_detection_leaves_the_loop_turning() -> None:
    desired, actual = records(20_000, 1), records(20_000, 2)
    detector = drift.Detector()

    async def both() -> tuple[drift.Report, int]:
        turns = 0
        task = asyncio.ensure_future(detector.detect_async(desired, actual, at=AT))
        while not task.done():
            await asyncio.sleep(0.001)
            turns += 1
        return await task, turns

    report, turns = asyncio.run(both())
    assert report == detector.detect(desired, actual, at=AT)
    assert turns > 1


def test_errors_are_raised_where_they_are_awaited() -> None:
    with pytest.raises(drift.DriftError):
        asyncio.run(drift.Detector().detect_async("{", "[]"))


INTERRUPTED = """
import json, os, signal, sys, threading, time
import drift_py as drift

def side(size, count=60_000):
    one = {"type": "queue", "attributes": {"size": size, "tags": {"a": "b"}}}
    return [{**one, "id": f"q{n}"} for n in range(count)]

# Who starts a process in the background may have it ignore the signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
what = sys.argv[1]
if what == "objects":
    sides = side(1), side(2)
    work = lambda: drift.Snapshot.parse(sides[0])
elif what == "events":
    event = {"time": "2026-01-01T00:00:00Z", "actor": {"name": "ann"}}
    log = json.dumps([{**event, "resources": [{"id": f"q{n}"}]} for n in range(100_000)]).encode()
    work = lambda: drift.Events.parse(log)
else:
    sides = json.dumps(side(1)).encode(), json.dumps(side(2)).encode()
    if what == "parse":
        work = lambda: drift.Snapshot.parse(sides[0])
    else:
        snapshots = [drift.Snapshot.parse(one) for one in sides]
        rule = 'package p\\ndeny contains "small" if input.size < 2'
        detector = drift.Detector(threads=1, policies=None if what == "detect" else rule)
        work = {
            "detect": lambda: detector.detect(*snapshots),
            "doctor": lambda: detector.doctor(*snapshots),
            "dry_run": lambda: detector.dry_run(snapshots),
        }[what]

sent = 0.0
def interrupt():
    global sent
    time.sleep(0.05)
    sent = time.perf_counter()
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    while True:
        work()
except KeyboardInterrupt:
    print(time.perf_counter() - sent)
    sys.stdout.flush()
    os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("what", ["objects", "parse", "events", "detect", "doctor", "dry_run"])
def test_an_interrupt_is_heard_within_a_moment(what: str) -> None:
    # A busy machine may be late; not each time.
    took = min(
        float(
            subprocess.run(
                [sys.executable, "-c", INTERRUPTED, what],
                capture_output=True,
                check=True,
                timeout=120,
            ).stdout
        )
        for _ in range(2)
    )
    assert took < 0.3, took


def test_a_signal_that_raises_nothing_ends_nothing() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        report = drift.detect(records(20_000, 1), records(20_000, 2), at=AT)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(report.findings) == 20_000
    assert heard


def _sent(report: drift.Report) -> tuple[str, drift.Report, drift.Finding]:
    """Detect in another process, and send back what came and what was found."""
    again = drift.detect(records(3, 1), records(3, 2), at=AT)
    assert again == report
    return report.to_json(), again, again.findings[0]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_reports_go_to_other_processes_and_back(method: str) -> None:
    report = drift.detect(records(3, 1), records(3, 2), at=AT)
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for text, again, finding in pool.map(_sent, [report] * 4):
            assert text == report.to_json()
            assert again == report
            assert finding == report.findings[0]
            assert finding.ignore_rule() == report.findings[0].ignore_rule()


def test_threads_pickle_render_and_detect_at_once() -> None:
    detector = drift.Detector()
    desired, actual = records(50, 1), records(50, 2)
    report = detector.detect(desired, actual, at=AT)

    def work(n: int) -> bool:
        own = detector.detect(desired, actual, at=AT)
        copied = pickle.loads(pickle.dumps(report if n % 2 else own))
        rows = own.to_dicts()
        return copied == own == report and len(rows) == 50 and str(own) == str(report)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(80)))
