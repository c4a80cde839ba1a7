"""The shared vectors, run through the public surface of the package.

Values are cut out of the files as they are written, so that numbers and the order of fields reach
the engine unchanged.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import drift_py as drift

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "drift-core" / "tests" / "vectors"
CORPUS = ROOT.parent / "shared" / "corpus"
DETECTIONS = ["source", "normalize", "diff", "classify", "coverage", "report", "render", "layers"]
SIDE_OPTIONS = [
    "format",
    "view",
    "dialect",
    "name",
    "mapping",
    "complete",
    "covers",
    "gaps",
    "expected",
    "scope",
    "revision",
    "taken_at",
    "duplicate_keys",
    "limits",
    "parameters",
    "stack_resources",
]

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"\s*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\s+')


def fields(text: str) -> dict[str, str]:
    """Cut a JSON object into the texts of its fields."""
    found: dict[str, str] = {}
    at = _skip(text, 0)
    assert text[at] == "{"
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        assert text[at] == ":"
        start = _skip(text, at + 1)
        _, end = _DECODER.raw_decode(text, start)
        found[name] = text[start:end]
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None
    return match.end()


def compact(text: str) -> str:
    """Take the blanks between the tokens out of a JSON text."""
    return _TOKEN.sub(lambda match: match[0] if match[0].startswith('"') else "", text)


def joined(value: Any) -> str:
    """Join the lines of a text."""
    return value if isinstance(value, str) else "\n".join(value)


def build(side: dict[str, str]) -> drift.Snapshot:
    """Put a snapshot together step by step."""
    start = json.loads(side["builder"])
    builder = drift.SnapshotBuilder(start.get("provider", ""), scope=start.get("scope"))
    for step in json.loads(side["steps"]):
        [(name, given)] = step.items()
        if name == "add_document":
            builder.add_document(json.dumps(given["value"]), **given.get("options", {}))
        else:
            getattr(builder, name)(*given)
    return builder.build()


def parse(raw: str) -> drift.Snapshot:
    """Read one side of a case."""
    side = fields(raw)
    if "builder" in side:
        return build(side)
    options = {name: json.loads(side[name]) for name in SIDE_OPTIONS if name in side}
    # Numbers of a mapping are passed on as they are written.
    if "mapping" in side and not isinstance(options["mapping"], str):
        options["mapping"] = compact(side["mapping"])
    if "files" in side:
        files = [(name, joined(text).encode()) for name, text in json.loads(side["files"]).items()]
        options.pop("name", None)
        return drift.Snapshot.parse_many(files, **options)
    if "corpus" in side:
        data = (CORPUS / json.loads(side["corpus"])).read_bytes()
        return drift.Snapshot.parse(data, **options)
    text = joined(json.loads(side["text"])) if "text" in side else compact(side["value"])
    return drift.Snapshot.parse(text.encode(), **options)


class Case:
    """One file."""

    def __init__(self, file: Path) -> None:
        whole = fields(file.read_text(encoding="utf-8"))
        self.input = fields(whole["input"])
        self.expect: dict[str, Any] = json.loads(whole["expect"])

    def value(self, name: str, default: Any = None) -> Any:
        return json.loads(self.input[name]) if name in self.input else default

    def detector(self) -> drift.Detector:
        rules = None
        if "rules" in self.input:
            given = self.value("rules")
            rules = given if isinstance(given, str) else compact(self.input["rules"])
        return drift.Detector(
            rules=rules,
            packs=self.value("packs", "all"),
            acceptances=self.value("acceptances"),
            digest_key=self.value("digest_key"),
        )

    def detect(self) -> tuple[drift.Report, drift.Report]:
        """Detect as a whole, and in three parts that are merged in reverse order."""
        detector = self.detector()
        desired, actual = parse(self.input["desired"]), parse(self.input["actual"])
        reference = parse(self.input["reference"]) if "reference" in self.input else None
        at, detail = self.value("at", "2026-01-01T00:00:00Z"), self.value("detail", "summary")
        report = detector.detect(desired, actual, reference=reference, at=at, detail=detail)
        parts = detector.partials(desired, actual, 3, reference=reference, at=at, detail=detail)
        again = [drift.Partial.from_json(part.to_json()) for part in reversed(parts)]
        return report, drift.finish(again, at)

    def digest(self) -> str:
        """Digest all that a reader sees: the report in every form, or the error."""
        try:
            report, _ = self.detect()
            text = "\n".join([report.to_json(), report.to_text(), report.to_markdown()])
        except drift.DriftError as error:
            text = f"{error.code}\n{error.text}"
        return hashlib.sha256(text.encode()).hexdigest()


def part(expected: Any, actual: Any, at: str) -> None:
    """Check that ``actual`` holds all that ``expected`` does."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            assert name in actual, f"at {at}: there is no {name}"
            part(value, actual[name], f"{at}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list):
        assert len(expected) == len(actual), f"at {at}: {actual}"
        for index, (wanted, found) in enumerate(zip(expected, actual, strict=True)):
            part(wanted, found, f"{at}[{index}]")
    else:
        assert type(expected) is type(actual) or {type(expected), type(actual)} <= {int, float}, at
        assert expected == actual, f"at {at}"


def check_error(expected: dict[str, Any], error: drift.DriftError) -> None:
    """Check an error's code, place and text."""
    assert error.code == expected["code"], str(error)
    for name in ("line", "column"):
        if name in expected:
            assert getattr(error, name) == expected[name], str(error)
    contains = expected.get("contains", [])
    for text in [contains] if isinstance(contains, str) else contains:
        assert text in error.text, error.text
