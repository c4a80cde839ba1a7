"""The limits of a detector hold for all that it reads itself."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

import drift_py as drift
from drift_py._types import Limits

SMALL = '[{"type":"t","id":"a","attributes":{}}]'
LIMITS: Limits = {"max_bytes": len(SMALL)}
LOG = f"[{' ' * 100}]"
Call = Callable[[drift.Detector], object]


def side(delay: int) -> str:
    return f'[{{"type":"queue","id":"jobs","attributes":{{"delay":{delay}}}}}]'


#: Calls that read one document beyond the limit, among others that are within it.
CALLS: dict[str, Call] = {
    "read": lambda one: one.read(side(1)),
    "desired": lambda one: one.detect(side(1), SMALL),
    "actual": lambda one: one.detect(SMALL, side(1).encode()),
    "objects": lambda one: one.detect(
        [], [{"type": "queue", "id": "jobs", "attributes": {"n": "x" * 50}}]
    ),
    "reference": lambda one: one.detect(SMALL, SMALL, reference=side(1)),
    "events": lambda one: one.detect(SMALL, SMALL, events=LOG),
    "one of several logs": lambda one: one.detect(SMALL, SMALL, events=["[]", LOG]),
    "partial": lambda one: one.partial(SMALL, side(1)),
    "partials": lambda one: one.partials(SMALL, side(1), 2),
    "baseline": lambda one: one.baseline(side(1)),
    "the declared side of a baseline": lambda one: one.baseline(SMALL, desired=side(1)),
    "compare_many": lambda one: one.compare_many({"a": SMALL, "b": side(1)}),
    "doctor": lambda one: one.doctor(SMALL, side(1)),
    "reference of doctor": lambda one: one.doctor(SMALL, SMALL, reference=side(1)),
    "events of doctor": lambda one: one.doctor(SMALL, SMALL, events=LOG),
    "dry_run": lambda one: one.dry_run([SMALL, side(1)]),
    "explain": lambda one: one.explain(side(1), SMALL, "jobs", "delay"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_whatever_a_detector_reads_is_bound_by_its_limits(call: Call) -> None:
    detector = drift.Detector(limits=LIMITS)
    for one in (detector, pickle.loads(pickle.dumps(detector))):
        with pytest.raises(drift.DriftError) as caught:
            call(one)
        assert caught.value.code == "DRIFT_LIMIT"
    call(drift.Detector())


def test_one_call_is_bound_as_well() -> None:
    for ask in (
        lambda: drift.detect(side(1), side(2), limits=LIMITS),
        lambda: drift.compare_many({"a": side(1), "b": side(2)}, limits=LIMITS),
    ):
        with pytest.raises(drift.DriftError, match="max_bytes"):
            ask()


def test_what_has_been_read_or_has_limits_of_its_own_is_not() -> None:
    detector = drift.Detector(limits=LIMITS)
    sides = [drift.Snapshot.parse(side(delay)) for delay in (1, 2)]
    events = drift.Events.parse(LOG)
    assert detector.detect(*sides, events=events).verdict == "drifted"
    assert len(detector.read(side(1), limits={})) == 1
    assert len(detector.read(side(1), limits={"max_bytes": 1000})) == 1
