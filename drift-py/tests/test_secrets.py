"""No secret leaves: the shared documents full of canaries, and every way out of Python."""

from __future__ import annotations

import io
import json
import pickle
import traceback
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, get_args

import pytest

import drift_py as drift
from drift_py import _rows
from drift_py._types import ListName

from .cases import VECTORS

SHARED = json.loads((VECTORS / "canaries.json").read_text(encoding="utf-8"))
CANARIES: list[str] = SHARED["canaries"]
AT = "2026-01-01T00:00:00Z"
#: A policy that tells all that it sees.
TELL_ALL = """
package tell
deny contains sprintf("%v %v", [path, value]) if walk(input, [path, value])
deny_encoded contains base64.encode(value) if { walk(input, [_, value]); is_string(value) }
deny_resource contains json.marshal(input.resource)
"""


def named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


_PICKLED = (
    drift.Report,
    drift.Partial,
    drift.Baseline,
    drift.Finding,
    drift.Change,
    drift.Explanation,
    drift.DiffView,
)


def shown(thing: object) -> str:
    """Everything that printing, logging and looking into an object gives away."""
    state = getattr(thing, "__dict__", {})
    attributes = {
        name: getattr(thing, name)
        for name in dir(type(thing))
        if isinstance(getattr(type(thing), name), property)
    }
    pickled = ""
    if isinstance(thing, _PICKLED):
        pickled = pickle.dumps(thing, 0).decode("latin1")
    return f"{thing!r} {thing!s} {thing:} {state} {attributes} {pickled}"


def ways_out(report: drift.Report) -> Iterator[tuple[str, str]]:
    yield "report", shown(report)
    yield "json", report.to_json()
    yield "semantic", report.semantic_json()
    yield "text", report.to_text() + report.to_text(color=True)
    yield "markdown", report.to_markdown() + report._repr_markdown_()
    yield "html", report._repr_html_()
    yield "dict", f"{report.to_dict()} {report.to_dicts(*get_args(ListName))}"
    stream = _rows.Stream(report._inner, list(get_args(ListName)))
    if find_spec("pyarrow"):
        import pyarrow

        yield "arrow", repr(pyarrow.table(stream).to_pylist())
    for finding in report.findings:
        try:
            view = report.diff_view(finding.fingerprint)
        except drift.DriftError as error:
            # A report that was merged has no documents.
            yield "view", told(error)
        else:
            yield "view", f"{shown(view)} {view.to_json()} {view.to_dict()}"
    lists = [report.pending, report.undeclared, report.suppressed, report.unknown]
    changes = [change for finding in report.findings for change in finding.changes]
    for entry in [*report.findings, *changes, *(one for each in lists for one in each)]:
        yield "entry", f"{shown(entry)} {entry.to_dict()} {entry.ignore_rule()}"


def pointers(value: object, at: str = "") -> Iterator[str]:
    yield at
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for name, inner in items:
        yield from pointers(inner, f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}")


def explained(
    case: dict[str, Any], ask: Any, snapshot: drift.Snapshot
) -> Iterator[tuple[str, str]]:
    inputs = [case["desired"], case["actual"]]
    paths = {path for document in inputs for path in pointers(document)}
    paths |= (
        {path for record in inputs[0] for path in pointers(record.get("attributes"))}
        if isinstance(inputs[0], list)
        else set()
    )
    for resource in snapshot.resources:
        for path in sorted(paths):
            if any(canary in path for canary in CANARIES):
                continue
            try:
                found = ask(resource["address"] or resource["id"], path)
            except drift.DriftError as error:
                yield path, told(error)
            else:
                yield path, f"{shown(found)} {found.to_json()} {found.to_dict()}"


def told(error: BaseException) -> str:
    out = io.StringIO()
    traceback.print_exception(error, file=out)
    # The frames of a traceback show code, and none of its values.
    return f"{out.getvalue()} {error!r} {error} {vars(error)} {pickle.dumps(error, 0)!r}"


@pytest.mark.parametrize("case", named(SHARED["documents"]))
def test_documents(case: dict[str, Any]) -> None:
    assert any(canary in json.dumps(case["desired"]) for canary in CANARIES)
    mapping = case.get("actual_mapping")
    desired = drift.Snapshot.parse(case["desired"])
    actual = drift.Snapshot.parse(json.dumps(case["actual"]), mapping=mapping)
    reference = drift.Snapshot.parse(case["reference"]) if "reference" in case else None
    found: list[tuple[str, str]] = []
    for side in (desired, actual):
        found.append(("snapshot", f"{shown(side)} {side.resources} {side.warnings}"))
        builder = drift.SnapshotBuilder().add_snapshot(side)
        found.append(("builder", shown(builder)))
    for key in (None, "a key"):
        detector = drift.Detector(rules=case.get("rules"), digest_key=key, policies=TELL_ALL)
        found.append(("detector", shown(detector)))
        for detail in ("summary", "full"):
            report = detector.detect(desired, actual, reference=reference, at=AT, detail=detail)
            found.extend(ways_out(report))
            found.extend(explained(case, report.explain, desired))
            part = detector.partial(desired, actual, reference=reference, at=AT, detail=detail)
            found.append(("partial", f"{shown(part)} {part.to_json()}"))
            found.extend(ways_out(drift.finish(part, AT)))
        for live in (actual, desired):
            baseline = detector.baseline(live, desired=desired, at=AT)
            found.append(("baseline", f"{shown(baseline)} {baseline.to_json()}"))
            report = detector.detect(desired, actual, reference=baseline, at=AT)
            found.extend(ways_out(report))
            found.extend(explained(case, report.explain, desired))
            found.append(("noise", repr(drift.noise_suggestions([report, report], at_least=2))))
            if key:
                promoted = baseline.promote(report, report.findings, by="ada", reason="known")
                found.append(("promoted", promoted.to_json()))
    for way, text in found:
        for canary in CANARIES:
            assert canary not in text, f"{way}: {text}"
    # The search itself finds what is there.
    assert any(canary in shown(case["desired"]) for canary in CANARIES)


@pytest.mark.parametrize("case", named(SHARED["refused"]))
def test_texts_that_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(drift.DriftError) as raised:
        drift.Snapshot.parse(case["text"])
    text = told(raised.value)
    assert not [canary for canary in CANARIES if canary in text], text


@pytest.mark.parametrize("value", [float("nan"), {1: "kanary7"}, {"kanary7"}, "kanary7\ud800"])
def test_objects_that_are_refused(value: object) -> None:
    document = [{"type": "t", "id": "a", "attributes": {"password": ["kanary7", value]}}]
    with pytest.raises((drift.DriftError, TypeError)) as raised:
        drift.Snapshot.parse(document)
    assert "kanary" not in told(raised.value)


class Model:
    """An object that fails where it is asked, or tells what cannot be read."""

    def __init__(self, held: object) -> None:
        self.held = held

    def to_dict(self) -> object:
        return self.held


@pytest.mark.parametrize(
    "source",
    [
        Model({"password": {"kanary7"}}),
        Model("kanary7"),
        {"api_version": "v1", "kind": "Secret", "data": {"a": "kanary7"}},
        iter([{"password": "kanary7"}]),
        ["kanary7", b"kanary7"],
        iter([{"kanary7"}]),
        io.StringIO("{kanary7"),
    ],
)
def test_other_sources_that_are_refused(source: Any) -> None:
    with pytest.raises((drift.DriftError, TypeError)) as raised:
        drift.Snapshot.parse(source)
    assert "kanary" not in told(raised.value)
