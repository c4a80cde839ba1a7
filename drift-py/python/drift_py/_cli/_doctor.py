"""``drift doctor``: what is missing before an estate is ready."""

from __future__ import annotations

import argparse
from argparse import Namespace
from typing import Any, cast

from .._error import DriftError
from .._fleet import Objectives
from . import _commands as commands
from ._arguments import pairs
from ._output import wants_colors, working, write

#: Those that are ages; the others are numbers from 0 to 1.
_AGES = ("max_age", "max_baseline_age")


def arguments(one: argparse.ArgumentParser) -> None:
    """Add what the command takes beside its sides."""
    one.add_argument(
        "--objective",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="coverage, iac, owned or tags from 0 to 1, max_age or max_baseline_age such as 1h",
    )
    one.add_argument(
        "--expected",
        action="append",
        default=[],
        metavar="SCOPE",
        help="a scope that ought to be read, NAME=VALUE with commas between them; may be repeated",
    )
    one.add_argument("--strict", action="store_true", help="fail on all that is not ok")


def doctor(args: Namespace) -> int:
    """Tell what is missing; 1 where a check fails, 2 in the style ``terraform``."""
    detector, reference = commands._detector(args), commands._reference(args)
    desired, actual = commands._side(args, "desired"), commands._side(args, "actual")
    events, objectives = commands._events(args), _objectives(args.objective)
    with working(args, "checking"):
        found = detector.doctor(
            desired,
            actual,
            reference=reference,
            at=args.at,
            events=events,
            objectives=objectives,
        )
    if args.output == "json":
        write(args, found.to_json())
    elif args.output == "markdown":
        write(args, found.to_markdown())
    else:
        write(args, found.to_text(wants_colors(args)))
    return {"diff": 1, "terraform": 2}[args.exit_style] if found.exit_code(args.strict) else 0


def _objectives(given: list[str]) -> Objectives:
    found: dict[str, Any] = {}
    for name, value in pairs(given, "--objective").items():
        try:
            found[name] = value if name in _AGES else float(value)
        except ValueError:
            message = f"`--objective {name}` takes a number from 0 to 1"
            raise DriftError("DRIFT_OPTION", message) from None
    return cast(Objectives, found)
