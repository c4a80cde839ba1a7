"""What arguments must be before anything is done with them."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Iterator, Sequence

from .._detector import Detector
from .._error import DriftError
from ._read import STDIN


class UsageError(Exception):
    """Arguments that say nothing."""

    def __init__(self, message: str, help: str | None = None) -> None:
        """Say what is wrong with them, and what to do."""
        super().__init__(message)
        self.help = help


#: Options that say nothing without another one, where the command has that.
_GOES_WITH = {
    "--backstage-match": "--owners",
    "--codeowners-folder": "--owners",
    "--owner-alias": "--owners",
    "--fail-on-policy": "--policies",
    "--parameter": "--desired",
    "--stack-resources": "--desired",
}
#: Those that start with one of these go with it.
_FAMILIES = ("--desired", "--events", "--reference")

#: Options that are times.
_TIMES = ("--at", "--since", "--desired-taken-at", "--actual-taken-at")


def check(parsed: Namespace) -> None:
    """Refuse arguments that say nothing, or something else than it seems."""
    actions = list(_given(parsed))
    names = {_name(action) for action, _ in actions}
    known = {_name(action) for action in parsed.parser._actions}
    for action, values in actions:
        name = _name(action)
        # The path of a resource itself is empty.
        if "" in values and name != "PATH":
            raise UsageError(f"{name} is empty", "is a variable unset?")
        partner = _GOES_WITH.get(name) or _family(name)
        if partner in known and partner not in names:
            raise UsageError(f"`{name}` goes with `{partner}`")
    if sum(values.count(STDIN) for action, values in actions if action.dest != "out") > 1:
        raise UsageError("the standard input can be read once")
    for action, values in actions:
        if _name(action) in _TIMES:
            _time(_name(action), str(values[0]))


def _given(parsed: Namespace) -> Iterator[tuple[argparse.Action, Sequence[object]]]:
    """Find the arguments that were given, each with its values."""
    for action in parsed.parser._actions:
        value = getattr(parsed, action.dest, action.default)
        if value != action.default:
            yield action, value if isinstance(value, list) else [value]


def _name(action: argparse.Action) -> str:
    """Give the name of an argument as its help shows it."""
    if action.option_strings:
        return action.option_strings[-1]
    return str(action.metavar or action.dest)


def _family(name: str) -> str | None:
    return next((one for one in _FAMILIES if name.startswith(f"{one}-")), None)


def _time(name: str, value: str) -> None:
    """Have the engine read a time alone: of several it would not say which it cannot read."""
    try:
        Detector(packs=[]).detect("[]", "[]", at=value)
    except DriftError as error:
        if error.code == "DRIFT_TIME":
            raise named(error, f"`{name} {value}`") from None
        raise


def named(error: DriftError, place: str) -> DriftError:
    """Say which option an error is about."""
    return DriftError(error.code, error.message, text=f"{error.text}, {place}", help=error.help)


def pairs(given: Sequence[str], option: str, what: str = "NAME=VALUE") -> dict[str, str]:
    """Read ``NAME=VALUE`` arguments of an option."""
    found: dict[str, str] = {}
    for one in given:
        name, has_value, value = one.partition("=")
        if not name or not has_value:
            raise DriftError("DRIFT_OPTION", f"`{option}` takes {what}, found `{one}`")
        if name in found:
            raise DriftError("DRIFT_OPTION", f"`{option}` is given twice for `{name}`")
        found[name] = value
    return found
