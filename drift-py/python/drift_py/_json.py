"""The engine's JSON as Python objects, without rounding."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

#: Integers with more digits stay a ``Decimal``.
_MAX_DIGITS = 400


def _number(text: str) -> float | int | Decimal:
    """Read a number: a float where that is exact, else an int or a ``Decimal``."""
    exact, rounded = Decimal(text), float(text)
    if Decimal(repr(rounded)) == exact:
        return rounded
    if exact == exact.to_integral_value() and exact.adjusted() < _MAX_DIGITS:
        return int(exact)
    return exact


def _integer(text: str) -> int | Decimal:
    """Read a whole number; Python refuses to turn very long texts into an ``int``."""
    return int(text) if len(text) <= _MAX_DIGITS else Decimal(text)


def loads(text: str) -> Any:
    """Read what the engine writes."""
    return json.loads(text, parse_float=_number, parse_int=_integer)
