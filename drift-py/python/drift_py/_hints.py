"""What is said where something was passed for what it is not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ._error import DriftError

_E = TypeVar("_E", bound=Exception)

_NO_FILE = "a str is content; a file is passed as pathlib.Path(…)"


def refuse(source: object) -> None:
    """Refuse what could be read as documents, and would be read wrongly."""
    kind = type(source)
    # That of requests is iterable, by pieces of its body; that of httpx is not.
    if hasattr(kind, "content") and (hasattr(kind, "iter_content") or hasattr(kind, "iter_bytes")):
        raise TypeError(f"a {kind.__name__} is no document: pass its body, `response.content`")
    # Asked for late: a report knows of snapshots.
    from ._report import Report

    if isinstance(source, Report):
        raise TypeError("a Report is no document: pass what was compared, or its `to_dict()`")


def placed(error: _E, place: str) -> _E:
    """Say of which document an error is."""
    if isinstance(error, DriftError):
        error.text = f"{error.text}, {place}"
        error.args = (error.text if error.help is None else f"{error.text}\nhelp: {error.help}",)
    elif type(error) in (TypeError, ValueError):
        # Others may have been made from anything.
        error.args = (f"{error}, {place}",)
    return error


def helped(error: DriftError, help: str | None) -> DriftError:
    """Give the error with other help, where there is any."""
    if help is None:
        return error
    return DriftError(
        error.code,
        error.message,
        text=error.text,
        help=help,
        file=error.file,
        line=error.line,
        column=error.column,
        resource=error.resource,
        path=error.path,
    )


def hinted(error: DriftError, source: object) -> DriftError:
    """Help where something was passed for what it is not."""
    first = _first(source)
    help = None
    if isinstance(first, Mapping) and "api_version" in first and "apiVersion" not in first:
        help = (
            "this is `to_dict()` of the Kubernetes client: pass the object itself, or what "
            "`ApiClient().sanitize_for_serialization` gives"
        )
    elif first is not source and isinstance(first, Mapping) and "ResponseMetadata" in first:
        help = "these are pages: pass the paginator, or `iter(pages)`"
    elif names_a_file(source):
        help = _NO_FILE
    return helped(error, help)


def _first(source: object) -> object:
    """Give the first of a list, or what is no list."""
    if isinstance(source, Sequence) and not isinstance(source, (bytes, bytearray, str)):
        return source[0] if source else source
    return source


def names_a_file(source: object) -> bool:
    """Tell a str that is the name of a file there is."""
    if not isinstance(source, str) or not 0 < len(source) < 1000 or "\n" in source:
        return False
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def no_name(text: object) -> None:
    """Refuse the name of a file where its content is asked for."""
    if names_a_file(text):
        raise DriftError("DRIFT_OPTION", f"`{text}` is the name of a file", help=_NO_FILE)


def of_baseline(error: DriftError, source: object) -> DriftError:
    """Help where a baseline was passed as it is kept."""
    if isinstance(source, os.PathLike):
        path = Path(source)
        source = path.read_bytes() if path.is_file() else None
    if isinstance(source, Mapping):
        is_one = source.get("kind") == "baseline"
    elif isinstance(source, (bytes, bytearray, str)):
        text = source if isinstance(source, str) else bytes(source).decode(errors="replace")
        is_one = '"kind":"baseline"' in "".join(text[:200].split())
    else:
        is_one = False
    return helped(error, "this is a baseline: `Baseline.from_json` reads it" if is_one else None)
