"""What each command does: read, ask the engine, write."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from .._baseline import Baseline, noise_suggestions
from .._detector import Detector
from .._detector import preview as preview_of
from .._error import DriftError
from .._events import Events
from .._owners import OwnerMap
from .._report import Report
from .._rules import Rules
from .._snapshot import Snapshot
from .._text import shown
from .._tools import canonical
from .._tools import formats as known_formats
from .._tools import mappings as known_mappings
from .._types import Cell
from . import _policy
from ._arguments import UsageError, pairs
from ._exit import code_of
from ._output import table, tell, wants_colors, working, write
from ._read import STDIN, file_name, stdin, text_from


def detect(args: Namespace) -> int:
    """Compare two sides, and give the verdict's exit code."""
    return _detected(args, _reference(args))


def compare(args: Namespace) -> int:
    """Compare two sides, with a baseline."""
    return _detected(args, _baseline(args.baseline))


def _detected(args: Namespace, reference: Snapshot | Baseline | None) -> int:
    detector = _detector(args)
    desired, actual = _side(args, "desired"), _side(args, "actual")
    events = _events(args)
    with working(args, "comparing") as line:
        report = detector.detect(
            desired,
            actual,
            reference=reference,
            at=args.at,
            detail=args.detail,
            events=events,
            since=args.since,
            progress=line,
        )
    if args.output == "json":
        write(args, report.to_json())
    elif args.output == "markdown":
        write(args, report.to_markdown())
    else:
        write(args, report.to_text(wants_colors(args)))
    level = args.fail_on_policy or "enforce"
    code = code_of(report, args.exit_style, args.fail_on, args.strict, level)
    if code == 0 and report.partial:
        tell("warning: not everything could be compared")
    return code


def explain(args: Namespace) -> int:
    """Tell everything about one path of one resource."""
    detector, reference = _detector(args), _reference(args)
    desired, actual = _side(args, "desired"), _side(args, "actual")
    with working(args, "comparing"):
        found = detector.explain(
            desired, actual, args.address, args.path, reference=reference, at=args.at
        )
    write(args, found.to_json() if args.output == "json" else str(found))
    return 0


def take(args: Namespace) -> int:
    """Record what is normal now."""
    detector = _detector(args)
    previous = None if args.previous is None else _baseline(args.previous)
    desired = None if args.desired is None else _side(args, "desired")
    actual = _side(args, "actual")
    with working(args, "recording"):
        baseline = detector.baseline(actual, desired=desired, previous=previous, at=args.at)
    write(args, baseline.to_json())
    return 0


def promote(args: Namespace) -> int:
    """Accept what a person has chosen in a report."""
    baseline, [report] = _baseline(args.baseline), _reports([args.report])
    try:
        accepted = baseline.promote(
            report, args.fingerprints, by=args.by, reason=args.reason, expires=args.expires
        )
    except DriftError as error:
        if error.code != "DRIFT_TIME":
            raise
        told = f"`--expires` takes a time or a date, found `{args.expires}`"
        help = "write it as `2026-12-31` or `2026-12-31T12:00:00Z`"
        raise DriftError(error.code, told, help=help) from None
    write(args, accepted.to_json())
    return 0


def check(args: Namespace) -> int:
    """Read rules; the first fault of each file is told with its place."""
    all_rules = [_rules(name) for name in args.rules]
    # Together they may contradict each other.
    Detector(rules=all_rules)
    counts: list[dict[str, Any]] = [
        {"file": file_name(name), "rules": len(rules)}
        for name, rules in zip(args.rules, all_rules, strict=True)
    ]
    if args.output == "json":
        write(args, _json(counts))
    else:
        table(args, ("FILE", "RULES"), [(one["file"], str(one["rules"])) for one in counts])
    return 0


def preview(args: Namespace) -> int:
    """Tell what rules would have hidden in reports that have been made already."""
    found = preview_of(_rules(args.rules), _reports(args.reports))
    if args.output == "json":
        write(args, _json(found))
        return 0
    lines = [
        f"would have hidden {len(found['hidden'])} changes of {found['resources']} resources, "
        f"in {found['reports_changed']} of {found['reports']} reports"
    ]
    for one in found["hidden"]:
        lines.append(f"  {one['detected_at']} {one['rule']}: {_place(one)} ({one['severity']})")
    if found["undecidable"]:
        lines.append(f"cannot be told from reports: {len(found['undecidable'])}")
    for other in found["undecidable"]:
        place = _place(cast("dict[str, Any]", other))
        lines.append(f"  {other['detected_at']} {other['rule']}: {place}: {other['why']}")
    write(args, "\n".join(map(shown, lines)))
    return 0


def _place(hidden: Any) -> str:
    resource = hidden["resource"]
    return f"{resource['type']} {resource['id']} {hidden['path']}".rstrip()


_RULES = "rules:\n"


def suggest(args: Namespace) -> int:
    """Suggest rules for what keeps coming back."""
    found = noise_suggestions(_reports(args.reports), at_least=args.at_least)
    if args.output == "json":
        write(args, _json(found))
    elif not found:
        write(args, f"# nothing stands in {args.at_least} of the reports and in the last one")
    else:
        # Each suggestion is a file of its own; all of them are to be one.
        head, _, _ = found[0]["rule"].partition(_RULES)
        write(args, head + _RULES + "".join(map(_suggestion, found)))
    return 0


def _suggestion(one: Any) -> str:
    told = f"# {one['occurrences']} times, {one['resources']} resources, {one['reports']} reports"
    examples = "".join(f"# {shown(str(example))}\n" for example in one["examples"])
    _, _, rule = one["rule"].partition(_RULES)
    return f"{told}\n{examples}{rule.rstrip()}\n"


def formats(args: Namespace) -> int:
    """List the formats, or the mappings that are built in."""
    if args.mappings and args.output == "json":
        write(args, _json(known_mappings()))
    elif args.mappings:
        rows = [
            (one["name"], one["versions"], one["layers"], ", ".join(one["types"]["resources"]))
            for one in known_mappings()
        ]
        table(args, ("MAPPING", "VERSIONS", "LAYERS", "TYPES"), rows)
    elif args.output == "json":
        write(args, _json({"formats": known_formats(), "mappings": known_mappings()}))
    else:
        rows = [
            (one["name"], one["versions"], ", ".join(one["views"]), one["layers"])
            for one in known_formats()
        ]
        table(args, ("FORMAT", "VERSIONS", "VIEWS", "LAYERS"), rows)
    return 0


def schema(args: Namespace) -> int:
    """Print the JSON Schema of reports."""
    text = files("drift_py").joinpath("report.schema.json").read_text(encoding="utf-8")
    write(args, text)
    return 0


def completion(args: Namespace) -> int:
    """Print the script that completes the command in a shell."""
    from ._completion import script
    from ._options import parser

    write(args, script(args.shell, parser()))
    return 0


def _detector(args: Namespace) -> Detector:
    acceptances = None if args.acceptances is None else _acceptances(args.acceptances)
    names = [] if args.packs == "none" else args.packs.split(",")
    return Detector(
        rules=[_rules(name) for name in args.rules],
        packs="all" if args.packs == "all" else names,
        layers=pairs(args.layer, "--layer", "TYPE=LAYER") or None,
        managers=args.manager or None,
        acceptances=acceptances,
        limits=cast(Any, _limits(args)),
        digest_key=_digest_key(args),
        owners=_owners(args),
        routes=_routes(args),
        tags=None if args.tags is None else _tags(args.tags),
        policies=[_policy.read(name) for name in getattr(args, "policies", [])],
        threads=args.threads,
    )


def _owners(args: Namespace) -> OwnerMap | None:
    """Put the sources of owners together, in the order in which they are given."""
    given = getattr(args, "owners", [])
    if not given:
        return None
    match = pairs(args.backstage_match, "--backstage-match", "NAME=TAG")
    sources: list[Any] = []
    aliases: dict[str, str] = {}
    for one in given:
        kind, has_value, value = one.partition("=")
        if has_value and not value:
            raise UsageError(f"`--owners {one}` is empty", "is a variable unset?")
        if one == "rules":
            added = OwnerMap().rules()
        elif has_value and kind == "tags":
            added = OwnerMap().tags(*value.split(","))
        elif has_value and kind == "codeowners":
            added = OwnerMap().codeowners(Path(value), folder=args.codeowners_folder)
        elif has_value and kind == "backstage":
            added = OwnerMap().backstage(Path(value), match=match)
        elif has_value and kind == "csv":
            added = OwnerMap().csv(Path(value))
        else:
            added = _owner_map(one)
        told = added.to_dict()
        sources += told["sources"]
        aliases |= told["aliases"]
    return OwnerMap(
        sources, aliases={**aliases, **pairs(args.owner_alias, "--owner-alias", "NAME=OWNER")}
    )


def _owner_map(name: str) -> OwnerMap:
    """Read a map of owners as data."""
    found = _data(name)
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return OwnerMap(found)
    if isinstance(found, dict) and found.keys() <= {"sources", "aliases"}:
        return OwnerMap(found.get("sources") or (), aliases=found.get("aliases"))
    help = (
        "tags=NAMES, codeowners=FILE, backstage=FILE, csv=FILE, rules, or a file of these as data"
    )
    raise DriftError("DRIFT_OPTION", f"file `{file_name(name)}` holds no map of owners", help=help)


def _routes(args: Namespace) -> Any:
    """Read where findings go."""
    name = getattr(args, "routes", None)
    if name is None:
        return None
    found = _data(name)
    if not isinstance(found, list):
        raise DriftError("DRIFT_OPTION", f"file `{file_name(name)}` holds no list of routes")
    return found


def _events(args: Namespace) -> Events | None:
    """Read audit logs."""
    if not args.events:
        return None
    options: dict[str, Any] = {"format": args.events_format or "auto"}
    options["scope"] = pairs(args.events_scope, "--events-scope") or None
    read: list[Events] = []
    for name in args.events:
        with working(args, f"reading {name}"):
            if name == STDIN:
                read.append(Events.parse(stdin(), name="stdin", **options))
            else:
                read.append(Events.parse(Path(name), **options))
    first, *others = read
    return first.merge(*others)


def _data(name: str) -> Any:
    """Read data of one document in YAML or JSON."""
    with _naming(name):
        documents = canonical(text_from(name), syntax="yaml")
    if len(documents) != 1:
        raise DriftError(
            "DRIFT_OPTION", f"file `{file_name(name)}` holds {len(documents)} documents"
        )
    return json.loads(documents[0])


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Name the file in errors about a text that was read from it."""
    try:
        yield
    except DriftError as error:
        if error.file is not None:
            raise
        place = "" if error.line is None else f", line {error.line} column {error.column}"
        told = f"{error.text.removesuffix(place)}, file `{file_name(name)}`{place}"
        raise DriftError(error.code, error.message, text=told, help=error.help) from None


def _acceptances(name: str) -> Any:
    try:
        found = json.loads(text_from(name).removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        told = f"not JSON, file `{file_name(name)}`, line {error.lineno} column {error.colno}"
        raise DriftError("DRIFT_PARSE", told) from None
    except RecursionError:
        raise DriftError("DRIFT_LIMIT", f"nested too deeply, file `{file_name(name)}`") from None
    if not isinstance(found, list):
        raise DriftError("DRIFT_OPTION", f"file `{file_name(name)}` holds no list of acceptances")
    return found


def _digest_key(args: Namespace) -> str | None:
    """Read the key of the digests; on the command line all users of the machine would see it."""
    if args.digest_key_file is not None:
        return text_from(args.digest_key_file).rstrip("\r\n")
    return os.environ.get("DRIFT_DIGEST_KEY") or None


def _side(args: Namespace, side: str) -> Snapshot:
    def given(name: str) -> Any:
        return getattr(args, f"{side}_{name}")

    options: dict[str, Any] = {
        "format": given("format") or args.format or "auto",
        "view": given("view"),
        "mapping": _mapping(given("mapping")),
        "complete": given("complete"),
        "name": given("name"),
        "scope": pairs(given("scope"), f"--{side}-scope") or None,
        "revision": given("revision"),
        "taken_at": given("taken_at"),
        "dialect": args.dialect,
        "duplicate_keys": args.duplicate_keys or "error",
        "limits": _limits(args),
        "threads": args.threads,
    }
    if side == "desired":
        options["parameters"] = pairs(args.parameter, "--parameter") or None
        options["stack_resources"] = args.stack_resources and Path(args.stack_resources)
    if side == "actual":
        options["expected"] = _expected(getattr(args, "expected", []))
    source = getattr(args, side)
    with working(args, f"reading {source}"):
        if source == STDIN:
            options["name"] = options["name"] or "stdin"
            return Snapshot.parse(stdin(), **options)
        return Snapshot.parse(Path(source), **options)


def _mapping(given: str | None) -> str | Path | None:
    """Tell a file from the name of a mapping that is built in."""
    if given is not None and Path(given).is_file():
        return Path(given)
    return given


def _expected(given: Sequence[str]) -> list[Cell] | None:
    """Read the scopes that ought to be read, each ``NAME=VALUE`` with commas between them."""
    return [Cell(scope=pairs(one.split(","), "--expected")) for one in given] or None


def _limits(args: Namespace) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for name, value in pairs(args.limit, "--limit", "NAME=N").items():
        try:
            found[name] = int(value)
        except ValueError:
            told = f"`--limit {name}` takes a whole number, found `{value}`"
            raise DriftError("DRIFT_OPTION", told) from None
    return found or None


def _reference(args: Namespace) -> Snapshot | Baseline | None:
    if args.baseline is not None:
        return _baseline(args.baseline)
    return None if args.reference is None else _side(args, "reference")


def _baseline(name: str) -> Baseline:
    with _naming(name):
        return Baseline.from_json(text_from(name))


def _tags(name: str) -> Any:
    """Give a tag policy's file, or the text of the standard input."""
    return text_from(name) if name == STDIN else Path(name)


def _rules(name: str) -> Rules:
    return Rules.parse(text_from(name) if name == STDIN else Path(name))


def _reports(names: Sequence[str]) -> list[Report]:
    found = []
    for name in names:
        with _naming(name):
            found.append(Report.from_json(text_from(name)))
    return found


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
