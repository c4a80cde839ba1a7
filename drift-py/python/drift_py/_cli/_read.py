"""What the command reads: files, or the standard input where a name is ``-``."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from .._inputs import name_of, no_text, text_in

STDIN = "-"


def text_from(name: str) -> str:
    """Read the text of a file."""
    if name != STDIN:
        return text_in(Path(name))
    try:
        return stdin().decode()
    except UnicodeDecodeError as error:
        raise no_text(error, "stdin") from None


def stdin() -> bytes:
    """Read the standard input."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "the standard input is closed")
    return sys.stdin.buffer.read()


def file_name(name: str) -> str:
    """Give the name of what was read, for messages."""
    return "stdin" if name == STDIN else name_of(Path(name))
