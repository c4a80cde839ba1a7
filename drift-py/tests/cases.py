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
DETECTIONS = [
    "source",
    "normalize",
    "diff",
    "classify",
    "coverage",
    "report",
    "render",
    "baseline",
    "attribution",
    "owners",
    "tags",
    "policy",
    "layers",
]
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


def items(text: str) -> list[str]:
    """Cut a JSON list into the texts of its elements."""
    found: list[str] = []
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        found.append(text[at:end])
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


def log(raw: str) -> drift.Events:
    """Read one log of a case."""
    of = fields(raw)
    text = joined(json.loads(of["text"])) if "text" in of else compact(of["value"])
    names = ("format", "scope", "name", "limits")
    options = {name: json.loads(of[name]) for name in names if name in of}
    return drift.Events.parse(text.encode(), **options)


class Case:
    """One file."""

    def __init__(self, file: Path) -> None:
        whole = fields(file.read_text(encoding="utf-8"))
        self.input = fields(whole["input"])
        self.expect: dict[str, Any] = json.loads(whole["expect"])
        self.baseline: drift.Baseline | None = None

    def value(self, name: str, default: Any = None) -> Any:
        return json.loads(self.input[name]) if name in self.input else default

    def rules(self, raw: str | None = None) -> str | None:
        raw = self.input.get("rules") if raw is None else raw
        if raw is None:
            return None
        given = json.loads(raw)
        return given if isinstance(given, str) else compact(raw)

    def policies(self) -> Any:
        """Give policies as text where they are lines, else as they are."""
        given = self.value("policies")
        lines = isinstance(given, list) and all(isinstance(line, str) for line in given)
        return joined(given) if lines else given

    def detector(self, **own: Any) -> drift.Detector:
        options = {
            "rules": self.rules(),
            "packs": self.value("packs", "all"),
            "acceptances": self.value("acceptances"),
            "digest_key": self.value("digest_key"),
            "owners": self.value("owners"),
            "routes": self.value("routes"),
            "tags": self.value("tags"),
            "policies": self.policies(),
            "limits": self.value("limits"),
        }
        return drift.Detector(**{**options, **own})

    def recorded(self, desired: drift.Snapshot | None, at: str) -> drift.Baseline:
        """Record what the case calls normal, or read its file."""
        of = fields(self.input["baseline"])
        if "file" in of:
            return drift.Baseline.from_json(joined(json.loads(of["file"])))
        own = {name: json.loads(of[name]) for name in ("packs", "digest_key") if name in of}
        own = {name: value for name, value in own.items() if value != ""}
        if "rules" in of:
            own["rules"] = self.rules(of["rules"])
        baseline = self.detector(**own).baseline(
            parse(of["of"]),
            desired=desired if json.loads(of.get("declared", "false")) else None,
            at=json.loads(of["at"]) if "at" in of else at,
        )
        again = drift.Baseline.from_json(baseline.to_json())
        assert again.to_json() == baseline.to_json()
        return again

    def promoted(
        self, baseline: drift.Baseline, desired: drift.Snapshot, actual: drift.Snapshot, at: str
    ) -> drift.Baseline:
        """Accept what the case says out of a first report."""
        raw = fields(self.input["promote"])
        given = {name: json.loads(text) for name, text in raw.items() if name != "actual"}
        then = parse(raw["actual"]) if "actual" in raw else actual
        report = self.detector().detect(desired, then, reference=baseline, at=given.get("at", at))
        lists = [report.undeclared, report.suppressed, report.pending, report.unknown]
        changes = [change for finding in report.findings for change in finding.changes]
        changes += [change for each in lists for change in each]
        chosen: list[Any] = [one for one in changes if one.path in given.get("paths", [])]
        chosen += [one for one in report.findings if one.status in given.get("findings", [])]
        chosen += given.get("fingerprints", [])
        return baseline.promote(
            report, chosen, by=given["by"], reason=given["reason"], expires=given.get("expires")
        )

    def detect(self) -> tuple[drift.Report, drift.Report]:
        """Detect as a whole, and in three parts that are merged in reverse order."""
        detector, sides, asked = self.asked()
        report = self.report(detector, sides, asked)
        if "merge" in self.input:
            parts = self.shards(detector, sides, asked)
        else:
            parts = detector.partials(*sides, 3, **asked)
        again = [drift.Partial.from_json(part.to_json()) for part in reversed(parts)]
        return report, drift.finish(again, asked["at"])

    def report(
        self, detector: drift.Detector, sides: tuple[drift.Snapshot, drift.Snapshot], asked: Any
    ) -> drift.Report:
        """Make the report: of one detection, or of several that are merged."""
        if "merge" in self.input:
            return drift.finish(self.shards(detector, sides, asked), asked["at"])
        return detector.detect(*sides, **asked)

    def shards(
        self, detector: drift.Detector, sides: tuple[drift.Snapshot, drift.Snapshot], asked: Any
    ) -> list[drift.Partial]:
        """Make the parts of several detections."""
        kept = []
        for raw in items(self.input["merge"]):
            shard = fields(raw)
            desired, actual = (
                parse(shard[name]) if name in shard else side
                for name, side in zip(("desired", "actual"), sides, strict=True)
            )
            count = json.loads(shard.get("parts", "1"))
            parts = detector.partials(desired, actual, count, **asked)
            wanted = json.loads(shard["kept"]) if "kept" in shard else range(1, len(parts) + 1)
            kept += [part for number, part in enumerate(parts, 1) if number in wanted]
        return kept

    def asked(
        self,
    ) -> tuple[drift.Detector, tuple[drift.Snapshot, drift.Snapshot], dict[str, Any]]:
        """Say what a detection is made of."""
        detector = self.detector()
        desired, actual = parse(self.input["desired"]), parse(self.input["actual"])
        reference: Any = parse(self.input["reference"]) if "reference" in self.input else None
        at, detail = self.value("at", "2026-01-01T00:00:00Z"), self.value("detail", "summary")
        if "baseline" in self.input:
            self.baseline = self.recorded(desired, at)
            if "promote" in self.input:
                self.baseline = self.promoted(self.baseline, desired, actual, at)
            reference = self.baseline
        asked: dict[str, Any] = {
            "reference": reference,
            "at": at,
            "detail": detail,
            "events": [log(raw) for raw in items(self.input["events"])]
            if "events" in self.input
            else None,
            "since": self.value("since"),
        }
        return detector, (desired, actual), asked

    def reports(self) -> list[drift.Report]:
        """Make the reports of a case about several."""
        reports = []
        for raw in items(self.input["reports"]):
            scan = fields(raw)
            detector = self.detector(rules=self.rules(scan.get("rules")))
            desired = parse(scan.get("desired", self.input["desired"]))
            report = detector.detect(desired, parse(scan["actual"]), at=json.loads(scan["at"]))
            reports.append(report)
        return reports

    def compare_many(self) -> drift.Parity:
        """Hold the snapshots of a case against each other."""
        names = ("baseline", "substitutions", "allow", "varying")
        given = {name: self.value(name) for name in names}
        detector = drift.Detector(rules=self.rules(), packs=self.value("packs", "all"))
        return detector.compare_many(
            {name: parse(raw) for name, raw in fields(self.input["snapshots"]).items()},
            **given,
            at=self.value("at", "2026-01-01T00:00:00Z"),
            detail=self.value("detail", "summary"),
        )

    def doctor(self) -> drift.Readiness:
        """Ask what is missing in a case."""
        at = self.value("at", "2026-01-01T00:00:00Z")
        names = ("desired", "actual", "reference")
        desired, actual, reference = (
            parse(self.input[name]) if name in self.input else None for name in names
        )
        before = self.recorded(desired, at) if "baseline" in self.input else reference
        return self.detector().doctor(
            desired, actual, reference=before, at=at, objectives=self.value("objectives")
        )

    def digest(self) -> str:
        """Digest all that a reader sees: the report in every form, or the error."""
        try:
            report = self.report(*self.asked())
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
