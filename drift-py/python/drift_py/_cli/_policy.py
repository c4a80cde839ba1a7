"""What the command asks of policies: their faults, their cases, and what they would have said."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from .._detector import Detector
from .._policies import Policies
from .._policy_types import Enforcement
from .._report import Report
from .._snapshot import Snapshot
from .._text import shown
from ._output import table, working, write
from ._read import STDIN, file_name, stdin, text_from

#: What ``--fail-on-policy`` takes, the strictest last.
LEVELS: tuple[Enforcement | str, ...] = (
    "never",
    "enforce",
    "require_approval",
    "warn",
    "observe",
)


def read(name: str) -> Policies:
    """Read a policy file, a file of Rego, or a folder of modules."""
    return Policies.parse(_text(name))


def fails(report: Report, level: str) -> bool:
    """Tell whether a policy of that level, or of one that asks for more, is violated."""
    summary = report.summary.get("policy")
    if summary is None or level == "never":
        return False
    if level == "enforce":
        return summary["blocked"]
    if level == "require_approval":
        return summary["blocked"] or summary["approval_required"]
    asked = LEVELS[: LEVELS.index(level) + 1]
    counts = summary["enforcement"]
    return summary["errors"] > 0 or any(counts.get(one, 0) > 0 for one in asked)


def check(args: Namespace) -> int:
    """Read policies; the first fault of each file is told with its place."""
    read_all = [read(name) for name in args.policies]
    # Together they may name one policy twice.
    Detector(policies=read_all)
    counts = [
        {"file": file_name(name), "policies": policies.ids}
        for name, policies in zip(args.policies, read_all, strict=True)
    ]
    if args.output == "json":
        write(args, json.dumps(counts, indent=2, ensure_ascii=False))
    else:
        rows = [(str(one["file"]), ", ".join(one["policies"])) for one in counts]
        table(args, ("FILE", "POLICIES"), rows)
    return 0


def test(args: Namespace) -> int:
    """Run cases over policies; 1 where one fails, 2 in the style ``terraform``."""
    detector = Detector(policies=[read(name) for name in args.policies])
    results = [
        (file_name(name), detector.test_policies(_text(name), at=args.at)) for name in args.cases
    ]
    if args.output == "json":
        found = [{"file": name, **tests} for name, tests in results]
        write(args, json.dumps(found, indent=2, ensure_ascii=False))
    else:
        lines = []
        for name, tests in results:
            for case in tests["cases"]:
                word = "ok  " if case["passed"] else "FAIL"
                lines.append(f"{word} {name}:{case['line']} {case['name']}")
                lines += [f"       missing: {one}" for one in case["missing"]]
                lines += [f"       unexpected: {one}" for one in case["unexpected"]]
                lines += [f"       error: {one}" for one in case["errors"]]
        passed = sum(tests["passed"] for _, tests in results)
        failed = sum(tests["failed"] for _, tests in results)
        write(args, "\n".join(map(shown, [*lines, f"{passed} passed, {failed} failed"])))
    failing = any(tests["failed"] for _, tests in results)
    return {"diff": 1, "terraform": 2}[args.exit_style] if failing else 0


def dry_run(args: Namespace) -> int:
    """Tell what policies would have said of live snapshots."""
    detector = Detector(policies=[read(name) for name in args.policies])
    snapshots = _snapshots(args, args.snapshots)
    with working(args, "asking"):
        found = detector.dry_run(snapshots, at=args.at)
    if args.output == "json":
        write(args, json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    lines = []
    for one in found["policies"]:
        times = f"{one['fired']} times in {one['snapshots']} of {found['snapshots']} snapshots"
        exempted = f", {one['exempted']} exempted" if one["exempted"] else ""
        errors = f", {one['errors']} errors" if one["errors"] else ""
        lines.append(f"{one['policy']} ({one['enforcement']}): {times}{exempted}{errors}")
        for hit in one["hits"]:
            resource = f"{hit['resource']['type']} {hit['resource']['id']}"
            lines.append(f"  {hit['severity']} {resource}: {hit['message']} ({hit['snapshots']})")
    write(args, "\n".join(map(shown, lines)))
    return 0


def _snapshots(args: Namespace, names: Sequence[str]) -> list[Snapshot]:
    sources = [stdin() if name == STDIN else Path(name) for name in names]
    return [Snapshot.parse(source, format=args.format or "auto") for source in sources]


def _text(name: str) -> str | Path:
    """Give a file, or the text of the standard input."""
    return text_from(name) if name == STDIN else Path(name)
