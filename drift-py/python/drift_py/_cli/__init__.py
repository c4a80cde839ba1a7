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
from .._text import short, shown
from ._arguments import UsageError, check
from ._exit import ERROR, style_of
from ._options import parser
from ._output import settle, tell

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
        _tell(f"error: {usage}", usage.help)
    except DriftError as error:
        _tell(f"error[{error.code}]: {error.text}", error.help)
    except BrokenPipeError:
        # Who read the output has gone, and needs not be told.
        pass
    except OSError as error:
        place = "" if error.filename is None else f": {os.fsdecode(error.filename)}"
        _tell(f"error: {error.strerror or error}{place}")
    except UnicodeEncodeError as error:
        _tell(f"error: not valid UTF-8: {short(error.object, 200)}")
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit:
        # Of `--help` and `--version`.
        raise
    except BaseException:
        # Python would exit with 1, which is drift in one of the styles.
        tell(shown(traceback.format_exc().rstrip(), keep="\n"))
    settle()
    return failed


def _run(argv: list[str]) -> int:
    parsed = parser().parse_args(argv)
    check(parsed)
    code: int = parsed.run(parsed)
    return code


def _tell(text: str, help: str | None = None) -> None:
    """Tell an error in a line, and what to do in another.

    Names of files and what documents hold begin no line of their own: a log may be read for
    commands.
    """
    tell(shown(text) if help is None else f"{shown(text)}\n  help: {shown(help)}")
