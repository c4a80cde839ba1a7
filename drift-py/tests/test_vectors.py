"""Every shared vector, and the same bytes as Rust."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift

from .cases import CORPUS, DETECTIONS, ROOT, VECTORS, Case, check_error, compact, joined, part
from .conftest import FIGURES

EQUAL = ROOT / "target" / "equal" / "rust.tsv"


def files(*stages: str) -> list[Any]:
    found = [file for stage in stages for file in sorted((VECTORS / stage).glob("*.json"))]
    return [pytest.param(file, id=f"{file.parent.name}/{file.stem}") for file in found]


def test_every_stage_is_run() -> None:
    folders = {folder.name for folder in VECTORS.iterdir() if folder.is_dir()}
    assert folders == {*DETECTIONS, "value", "path", "noise", "parity", "readiness"}


@pytest.mark.parametrize("file", files("value"))
def test_value(file: Path) -> None:
    case = Case(file)
    options = {name: case.value(name) for name in ("syntax", "schema", "duplicate_keys", "limits")}
    options = {name: value for name, value in options.items() if value is not None}
    text, data = case.value("text"), case.value("hex")
    data = bytes.fromhex(data) if text is None else joined(text).encode()
    if "error" in case.expect:
        with pytest.raises(drift.DriftError) as raised:
            drift.canonical(data, **options)
        check_error(case.expect["error"], raised.value)
        return
    found = drift.canonical(data, **options)
    if "canonical" in case.expect:
        assert found == [case.expect["canonical"]]
    elif "values" in case.expect:
        assert [json.loads(text) for text in found] == case.expect["values"]
    else:
        assert [json.loads(text) for text in found] == [case.expect["value"]]


@pytest.mark.parametrize("file", files("path"))
def test_path(file: Path) -> None:
    case = Case(file)
    text, expect = case.value("text"), case.expect
    document = compact(case.input["document"]) if "document" in case.input else None
    if "error" in expect:
        with pytest.raises(drift.DriftError) as raised:
            drift.select(text, "null")
        check_error(expect["error"], raised.value)
        return
    assert expect.keys() & {"matches", "canonical", "steps"}
    if "matches" in expect:
        assert document is not None
        assert drift.select(text, document) == expect["matches"]
    if "canonical" in expect:
        assert drift.parse_path(text, document)["canonical"] == expect["canonical"]
    if "steps" in expect:
        assert drift.parse_path(text, document)["steps"] == expect["steps"]


@pytest.mark.parametrize("file", files(*DETECTIONS))
def test_detection(file: Path) -> None:
    if file.parent.name == "layers" and not CORPUS.is_dir():
        pytest.skip("../shared/corpus with its public documents is absent")
    case = Case(file)
    if "error" in case.expect:
        with pytest.raises(drift.DriftError) as raised:
            case.detect()
        check_error(case.expect["error"], raised.value)
        return
    report, merged = case.detect()
    found = json.loads(report.to_json())
    assert merged.to_json() == report.to_json()
    assert drift.Report.from_json(report.to_json()).to_json() == report.to_json()
    for name, expected in case.expect.items():
        if name == "report":
            part(expected, found, "$")
            part(found, expected, "$")
        elif name == "baseline":
            assert case.baseline is not None
            part(expected, json.loads(case.baseline.to_json()), name)
        elif name == "page":
            page = report.query(**case.value("query", {}))
            ids = [finding.resource["id"] for finding in page.items]
            more = page.cursor is not None
            part(expected, {"ids": ids, "total": page.total, "more": more}, name)
        elif name in ("view", "diff"):
            view = report.diff_view(report.findings[0].fingerprint)
            if name == "diff":
                assert str(view).splitlines() == expected
            else:
                part(expected, view.to_dict(), name)
        elif name in ("text", "markdown"):
            text = report.to_text() if name == "text" else report.to_markdown()
            assert text.splitlines() == expected
        else:
            part(expected, found[name], name)


@pytest.mark.parametrize("file", files("noise"))
def test_noise(file: Path) -> None:
    case = Case(file)
    reports = case.reports()[::-1]
    found: dict[str, Callable[[], object]] = {
        "suggestions": lambda: drift.noise_suggestions(reports, at_least=case.value("at_least", 3)),
        "rule_usage": lambda: drift.rule_usage(reports),
        "preview": lambda: drift.preview(case.rules(case.input["preview"]) or [], reports),
    }
    for name, expected in case.expect.items():
        part(expected, found[name](), name)
    for suggestion in drift.noise_suggestions(reports, at_least=2):
        assert len(drift.Rules.parse(suggestion["rule"])) == 1


@pytest.mark.parametrize("file", files("parity"))
def test_parity(file: Path) -> None:
    case = Case(file)
    if "error" in case.expect:
        with pytest.raises(drift.DriftError) as raised:
            case.compare_many()
        check_error(case.expect["error"], raised.value)
        return
    parity = case.compare_many()
    found = json.loads(parity.to_json())
    assert drift.Parity.from_json(parity.to_json()) == parity
    for name, expected in case.expect.items():
        if name in ("text", "markdown"):
            text = parity.to_text() if name == "text" else parity.to_markdown()
            assert text.splitlines() == expected
        else:
            part(expected, found[name], name)


@pytest.mark.parametrize("file", files("readiness"))
def test_readiness(file: Path) -> None:
    case = Case(file)
    if "error" in case.expect:
        with pytest.raises(drift.DriftError) as raised:
            case.doctor()
        check_error(case.expect["error"], raised.value)
        return
    readiness = case.doctor()
    found = json.loads(readiness.to_json())
    assert drift.Readiness.from_json(readiness.to_json()) == readiness
    for name, expected in case.expect.items():
        if name in ("text", "markdown"):
            text = readiness.to_text() if name == "text" else readiness.to_markdown()
            assert text.splitlines() == expected
        elif name == "checks":
            by_id = {check["id"]: check for check in readiness.checks}
            part(expected, by_id, name)
        else:
            part(expected, found[name], name)


def test_the_bytes_are_those_of_rust(pytestconfig: pytest.Config) -> None:
    if not EQUAL.is_file():
        pytest.skip("target/equal/rust.tsv is absent: `make test` writes it")
    lines = [line.split("\t") for line in EQUAL.read_text().splitlines()]
    assert len(lines) > 200
    differ = [file for file, digest in lines if Case(ROOT / file).digest() != digest]
    figure = f"equal to Rust, byte for byte: {len(lines) - len(differ)} of {len(lines)} cases"
    pytestconfig.stash[FIGURES].append(figure)
    assert not differ
