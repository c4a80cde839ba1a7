"""The arguments of the command, as ``argparse`` reads them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn, get_args

from .. import _native
from .._types import Dialect, FormatName
from .._who import EventFormat
from . import _commands as commands
from . import _doctor
from . import _policy as policy
from ._arguments import UsageError
from ._completion import SHELLS
from ._exit import CAUSES, STYLES


class _Parser(argparse.ArgumentParser):
    def __init__(self, **given: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **given})

    def error(self, message: str) -> NoReturn:
        """Refuse, and leave the exit code to the command: argparse's own 2 may mean drift."""
        raise UsageError(message, f"see `{self.prog} --help`")


Subparsers = argparse._SubParsersAction


def parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    top = _Parser(
        prog="drift",
        description="Finds, explains and ranks infrastructure drift: declared against running.",
        epilog="A side is a file, a folder, a quoted glob, or - for the standard input.",
    )
    top.add_argument("--version", action="version", version=f"drift {_native.version()}")
    subs = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _detect(subs)
    _explain(subs)
    _ready(subs)
    _baseline(_group(subs, "baseline", "record what is normal, and accept changes to it"))
    _rules(_group(subs, "rules", "check rules, and find out which are needed"))
    _policy(_group(subs, "policy", "test policies, and tell what they would have said"))
    formats = _command(subs, "formats", commands.formats, "list the formats that are read")
    formats.add_argument("--mappings", action="store_true", help="list the built-in mappings")
    _output(formats, "text", "json", has_colors=True)
    schema = _command(subs, "schema", commands.schema, "print the JSON Schema of reports")
    _output(schema)
    completion = _command(subs, "completion", commands.completion, "print a script for a shell")
    completion.add_argument("shell", choices=SHELLS)
    _output(completion)
    return top


def _group(subs: Subparsers[Any], name: str, help: str) -> Subparsers[Any]:
    group = subs.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    found: Subparsers[Any] = group.add_subparsers(title="commands", metavar="COMMAND")
    found.required = True
    return found


def _command(
    subs: Subparsers[Any], name: str, run: Callable[[argparse.Namespace], int], help: str
) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = subs.add_parser(
        name, help=help, description=f"{help[0].upper()}{help[1:]}."
    )
    made.set_defaults(run=run, parser=made)
    return made


def _detect(subs: Subparsers[Any]) -> None:
    one = _command(subs, "detect", commands.detect, "compare what is declared with what runs")
    _sides(one)
    _reference(one)
    _compared(one)
    _routes(_people(one))
    _verdict(one)


def _explain(subs: Subparsers[Any]) -> None:
    one = _command(subs, "explain", commands.explain, "tell everything about one path")
    _sides(one)
    one.add_argument("address", metavar="ADDRESS", help="the resource, by its address or id")
    one.add_argument("path", metavar="PATH", help="the path, as reports print it")
    _reference(one)
    _compared(one)
    _exits(one)
    _output(one, "text", "json", takes_long=True)


def _ready(subs: Subparsers[Any]) -> None:
    one = _command(subs, "doctor", _doctor.doctor, "tell what is missing before an estate is ready")
    _sides(one)
    _reference(one)
    _compared(one)
    _people(one)
    _doctor.arguments(one)
    _exits(one)
    _output(one, "text", "json", "markdown", has_colors=True, takes_long=True)


def _baseline(subs: Subparsers[Any]) -> None:
    take = _command(subs, "take", commands.take, "record what is normal now")
    take.add_argument("actual", metavar="ACTUAL", help="what runs")
    take.add_argument("--desired", metavar="DESIRED", help="what is declared, for its secrets")
    take.add_argument("--previous", metavar="FILE", help="keep the acceptances of this baseline")
    _read(take, "desired", "actual")
    _compared(take)
    _exits(take)
    _output(take, takes_long=True)

    promote = _command(subs, "promote", commands.promote, "accept changes of a report")
    promote.add_argument("baseline", metavar="BASELINE", help="the baseline, a file")
    promote.add_argument("report", metavar="REPORT", help="the report, as JSON")
    promote.add_argument("fingerprints", metavar="FINGERPRINT", nargs="+", help="what to accept")
    promote.add_argument("--by", required=True, metavar="WHO", help="who accepts it")
    promote.add_argument("--reason", required=True, metavar="WHY", help="why")
    promote.add_argument("--expires", metavar="TIME", help="until when, a time or a date")
    _exits(promote)
    _output(promote)

    compare = _command(subs, "compare", commands.compare, "detect with a baseline")
    compare.add_argument("baseline", metavar="BASELINE", help="the baseline, a file")
    _sides(compare)
    _compared(compare)
    _routes(_people(compare))
    _verdict(compare)


def _rules(subs: Subparsers[Any]) -> None:
    check = _command(subs, "check", commands.check, "read rules and find their faults")
    check.add_argument("rules", metavar="FILE", nargs="+", help="a rule file, or - ")
    _exits(check)
    _output(check, "text", "json", has_colors=True)

    preview = _command(subs, "preview", commands.preview, "tell what rules would have hidden")
    preview.add_argument("rules", metavar="FILE", help="the rule file, or -")
    preview.add_argument("reports", metavar="REPORT", nargs="+", help="reports, as JSON")
    _exits(preview)
    _output(preview, "text", "json")

    suggest = _command(
        subs, "suggest", commands.suggest, "suggest rules for what keeps coming back"
    )
    suggest.add_argument("reports", metavar="REPORT", nargs="+", help="reports, as JSON")
    suggest.add_argument(
        "--at-least", type=int, default=3, metavar="N", help="in how many reports (3)"
    )
    _exits(suggest)
    _output(suggest, "text", "json")


def _policy(subs: Subparsers[Any]) -> None:
    check = _command(subs, "check", policy.check, "read policies and find their faults")
    check.add_argument(
        "policies", metavar="POLICIES", nargs="+", help="a policy file, Rego, or a folder of it"
    )

    test = _command(subs, "test", policy.test, "run cases over policies")
    test.add_argument("cases", metavar="CASES", nargs="+", help="files of cases")

    dry_run = _command(subs, "dry-run", policy.dry_run, "tell what policies would have said")
    dry_run.add_argument("snapshots", metavar="ACTUAL", nargs="+", help="what ran, at any time")
    dry_run.add_argument("--format", metavar="FORMAT", choices=get_args(FormatName))

    for one in (test, dry_run):
        _policies(one, required=True)
        one.add_argument("--at", metavar="TIME", help="the time that policies are told (now)")
    for one in (check, test, dry_run):
        _exits(one)
        _output(one, "text", "json", has_colors=one is check, takes_long=one is dry_run)


def _policies(one: argparse._ActionsContainer, required: bool = False) -> None:
    one.add_argument(
        "--policies",
        action="append",
        default=[],
        metavar="FILE",
        required=required,
        help="policies: a file, or a folder of Rego; may be repeated",
    )


def _sides(one: argparse.ArgumentParser) -> None:
    one.add_argument("desired", metavar="DESIRED", help="what is declared")
    one.add_argument("actual", metavar="ACTUAL", help="what runs")
    _read(one, "desired", "actual")


def _reference(one: argparse.ArgumentParser) -> None:
    group = one.add_mutually_exclusive_group()
    group.add_argument("--reference", metavar="FILE", help="what was last applied")
    group.add_argument("--baseline", metavar="FILE", help="what was recorded as normal")
    one.add_argument("--reference-format", metavar="FORMAT", choices=get_args(FormatName))
    one.add_argument("--reference-view", metavar="VIEW")
    one.set_defaults(
        reference_mapping=None,
        reference_scope=[],
        reference_complete=False,
        reference_name=None,
        reference_revision=None,
        reference_taken_at=None,
    )


def _read(one: argparse.ArgumentParser, *sides: str) -> None:
    """Add how each side is read."""
    known = get_args(FormatName)
    both = one.add_argument_group("reading")
    both.add_argument("--format", metavar="FORMAT", choices=known, help="of all sides (auto)")
    both.add_argument("--dialect", choices=get_args(Dialect), help="of SQL")
    both.add_argument("--duplicate-keys", choices=("error", "last"), help="(error)")
    both.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="of the template"
    )
    both.add_argument("--stack-resources", metavar="FILE", help="of the stack of the template")
    both.add_argument(
        "--limit", action="append", default=[], metavar="NAME=N", help="a bound on what is read"
    )
    for side in sides:
        group = one.add_argument_group(f"{side} side")
        group.add_argument(f"--{side}-format", metavar="FORMAT", choices=known)
        group.add_argument(f"--{side}-view", metavar="VIEW")
        group.add_argument(f"--{side}-mapping", metavar="NAME|FILE")
        group.add_argument(f"--{side}-name", metavar="NAME", help="what reports call it")
        group.add_argument(f"--{side}-scope", action="append", default=[], metavar="NAME=VALUE")
        group.add_argument(
            f"--{side}-complete", action="store_true", help="it holds all that there is"
        )
        group.add_argument(
            f"--{side}-revision", metavar="REVISION", help="that it was read at, say a commit"
        )
        group.add_argument(f"--{side}-taken-at", metavar="TIME", help="when it was read")


def _compared(one: argparse.ArgumentParser) -> None:
    """Add what a detector and a detection take."""
    group = one.add_argument_group("comparing")
    group.add_argument(
        "--rules", action="append", default=[], metavar="FILE", help="rules; may be repeated"
    )
    group.add_argument(
        "--packs", default="all", metavar="NAMES", help="with commas between them, all or none"
    )
    group.add_argument(
        "--manager", action="append", default=[], metavar="NAME", help="that declares fields"
    )
    group.add_argument(
        "--layer",
        action="append",
        default=[],
        metavar="TYPE=LAYER",
        help="the layer of types, with * for any characters; may be repeated",
    )
    group.add_argument("--acceptances", metavar="FILE", help="a JSON list of acceptances")
    group.add_argument(
        "--digest-key-file",
        metavar="FILE",
        help="the key of the digests of secrets, else $DRIFT_DIGEST_KEY",
    )
    group.add_argument("--tags", metavar="FILE", help="what is demanded of tags and labels")
    group.add_argument("--at", metavar="TIME", help="when the detection is made (now)")
    group.add_argument("--threads", type=int, metavar="N", help="(as many as the machine has)")


def _people(one: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add what tells whose a resource is, and who has changed it."""
    group = one.add_argument_group("owners and events")
    group.add_argument(
        "--owners",
        action="append",
        default=[],
        metavar="SOURCE",
        help="tags=NAMES, codeowners=FILE, backstage=FILE, csv=FILE, rules, or a file of these as "
        "data; may be repeated, and is asked in this order",
    )
    group.add_argument("--codeowners-folder", metavar="FOLDER", help="that files are named from")
    group.add_argument(
        "--backstage-match",
        action="append",
        default=[],
        metavar="NAME=TAG",
        help="what of an entity equals which tag; may be repeated",
    )
    group.add_argument(
        "--owner-alias",
        action="append",
        default=[],
        metavar="NAME=OWNER",
        help="another name of an owner; may be repeated",
    )
    group.add_argument(
        "--events", action="append", default=[], metavar="FILE", help="a log; may be repeated"
    )
    group.add_argument("--events-format", metavar="FORMAT", choices=get_args(EventFormat))
    group.add_argument(
        "--events-scope",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="where the logs were taken, where they do not say it",
    )
    return group


def _routes(group: argparse._ArgumentGroup) -> None:
    """Add what only a report has of them."""
    group.add_argument("--routes", metavar="FILE", help="where findings go, a list as data")
    group.add_argument("--since", metavar="TIME", help="when all was last seen as declared")


def _verdict(one: argparse.ArgumentParser) -> None:
    one.add_argument("--detail", choices=("summary", "full"), default="summary", help="(summary)")
    _policies(one)
    group = _exits(one)
    group.add_argument(
        "--fail-on-policy",
        choices=policy.LEVELS,
        help="the mildest level of a policy whose violation is a failure, whatever --fail-on says "
        "(enforce)",
    )
    group.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=CAUSES,
        help="the lowest severity, or a status, that is a failure, or never, which leaves "
        "policies and errors; may be repeated",
    )
    group.add_argument(
        "--strict",
        action="store_true",
        help="with --fail-on: what could not be compared is a failure too",
    )
    _output(one, "text", "json", "markdown", has_colors=True, takes_long=True)


def _exits(one: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    group = one.add_argument_group("exit code")
    group.add_argument(
        "--exit-style",
        choices=STYLES,
        default="diff",
        help="diff: 0 in sync, 1 drift, 2 error, 3 partial; terraform: 0, 2, 1, 1 (diff)",
    )
    return group


def _output(
    one: argparse.ArgumentParser, *kinds: str, has_colors: bool = False, takes_long: bool = False
) -> None:
    group = one.add_argument_group("output")
    if kinds:
        group.add_argument("--output", choices=kinds, default=kinds[0], help=f"({kinds[0]})")
    group.add_argument(
        "-o", "--out", metavar="FILE", help="write to a file, which is replaced as a whole"
    )
    if has_colors:
        group.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    if takes_long:
        group.add_argument("-q", "--quiet", action="store_true", help="do not tell what is done")
