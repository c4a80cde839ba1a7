"""The command ``drift``: what the package does, from a shell.

It reads files, asks the engine, prints what the engine says, and turns the answer into an exit
code. An error never has the code of an answer: 2 in the style ``diff``, 1 in the style
``terraform``, and 130 where the user interrupts.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from .._error import DriftError
from .._text import shown
from ._exit import ERROR, style_of
from ._options import UsageError, parser
from ._output import tell
from ._read import STDIN

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with ``argv``, by default the process's, and give its exit code."""
    given = sys.argv[1:] if argv is None else list(argv)
    failed = ERROR[style_of(given)]
    try:
        code = _run(given)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except UsageError as usage:
        _tell(f"{usage}")
    except DriftError as error:
        _tell(_described(error))
    except BrokenPipeError:
        # Who read the output has gone; the exit must not try to write the rest of it.
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        place = "" if error.filename is None else f": {os.fsdecode(error.filename)}"
        _tell(f"error: {error.strerror or error}{place}")
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        # Python would exit with 1, which is drift in one of the styles.
        traceback.print_exc()
    return failed


def _run(argv: list[str]) -> int:
    parsed = parser().parse_args(argv)
    given = (value for name, value in vars(parsed).items() if name != "out")
    if (
        sum(value.count(STDIN) if isinstance(value, list) else value == STDIN for value in given)
        > 1
    ):
        raise UsageError("error: the standard input can be read once")
    code: int = parsed.run(parsed)
    return code


def _described(error: DriftError) -> str:
    told = f"error[{error.code}]: {error.text}"
    return told if error.help is None else f"{told}\n  help: {error.help}"


def _tell(text: str) -> None:
    tell(shown(text, keep="\n"))
