"""Where output goes: files, terminals, pipes; colours and tables where they can be shown."""

from __future__ import annotations

import errno
import io
import os
import secrets
import shutil
import stat
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TextIO

from .._progress import Progress
from .._text import short, shown

#: What takes no longer is not told.
PATIENCE = 0.5


def colored(choice: str, stream: TextIO | None) -> bool:
    """Tell whether to write colours: as asked, else on a terminal that wants them."""
    if choice != "auto":
        return choice == "always"
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream is not None and stream.isatty()


def wants_colors(args: Namespace) -> bool:
    """Tell whether the output of the command has colours."""
    return to_stdout(args) and colored(args.color, sys.stdout)


def write(args: Namespace, text: str) -> None:
    """Write to the file of ``-o``, else to the standard output."""
    text = text if text.endswith("\n") else text + "\n"
    if to_stdout(args):
        _stdout().write(text)
    else:
        replace(args.out, text.encode())


def to_stdout(args: Namespace) -> bool:
    """Tell whether the output goes to the standard output."""
    return args.out in (None, "-")


def _stdout() -> TextIO:
    """Give the standard output, which takes the same bytes wherever it runs."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "the standard output is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    return sys.stdout


def replace(name: str, content: bytes) -> None:
    """Write a file all at once: one that cannot be written, or is not to its end, stays as it was.

    What is no file of its own, such as a terminal, a pipe or a stream of this process, is written
    to directly.
    """
    try:
        kept = _status(name)
        is_file = kept is None or stat.S_ISREG(kept.st_mode)
        if is_file and not name.startswith(("/dev/", "/proc/")):
            _replace(Path(os.path.realpath(name)), content, kept)
        else:
            Path(name).write_bytes(content)
    except OSError as error:
        # The name of the file that it was written to first says nothing.
        raise OSError(error.errno, error.strerror, name) from None


def _status(name: str) -> os.stat_result | None:
    try:
        return Path(name).stat()
    except FileNotFoundError:
        return None


#: The folder takes no new file, or the file is a mount of its own.
_IN_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _replace(path: Path, content: bytes, kept: os.stat_result | None) -> None:
    if kept is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    new = path.with_name(f".drift-{secrets.token_hex(8)}")
    try:
        # Nobody may read it meanwhile who may not read what it replaces.
        private = None if kept is None else _private
        with open(new, "xb", opener=private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if kept is not None:
            if hasattr(os, "chown"):
                with suppress(PermissionError):
                    os.chown(new, kept.st_uid, kept.st_gid)
            new.chmod(stat.S_IMODE(kept.st_mode))
        new.replace(path)
    except OSError as error:
        if error.errno not in _IN_PLACE:
            raise
        path.write_bytes(content)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def table(args: Namespace, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table: by rich on a terminal where it is installed, else in plain columns."""
    rows = [[shown(cell) for cell in row] for row in rows]
    has_colors = wants_colors(args)
    # Where nobody knows how wide it may be, columns are not folded.
    if has_colors and _stdout().isatty() and find_spec("rich"):
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        drawn = Table(box=None, pad_edge=False, header_style="bold")
        for head in heads:
            drawn.add_column(head, overflow="fold")
        for row in rows:
            drawn.add_row(*(Text(cell) for cell in row))
        system: Literal["standard", "auto"] = "standard" if args.color == "always" else "auto"
        Console(file=_stdout(), color_system=system).print(drawn)
        return
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    first, *others = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in ([*heads], *rows)
    )
    write(args, "\n".join([f"\x1b[1m{first}\x1b[0m" if has_colors else first, *others]))


def tell(text: str) -> None:
    """Write a line to the standard error, where there is one.

    What cannot be told must not become another exit code than what was to be told.
    """
    if sys.stderr is not None:
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            silence(sys.stderr)


def settle() -> None:
    """Write the rest of the output, or give it up: else Python tries at the exit, and fails."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            silence(sys.stdout)


def silence(stream: TextIO) -> None:
    """Lead a stream that cannot be written to nowhere, with what it still holds."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def working(args: Namespace, what: str) -> Iterator[_Line | None]:
    """Tell on a terminal, once it takes long, what is being done, and how far it has come."""
    if args.quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    line = _Line(sys.stderr, shown(what))
    try:
        yield line
    finally:
        line.end()


class _Line:
    """One line on a terminal, written over again and gone at the end."""

    def __init__(self, stream: TextIO, what: str) -> None:
        """Wait before anything is shown."""
        self._stream = stream
        self._text = f"{what} …"
        self._lock = threading.Lock()
        self._is_shown = self._has_ended = False
        # A terminal that cannot go back gets one line, and keeps it.
        self._goes_back = os.environ.get("TERM", "dumb") != "dumb"
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, progress: Progress) -> None:
        """Say how far it has come."""
        stage, done, total = progress
        count = f"{done:,} of {total:,} …" if stage == "comparing" and total else "…"
        with self._lock:
            self._text = f"{stage} {count}"
            if self._is_shown and self._goes_back:
                self._write()

    def _show(self) -> None:
        with self._lock:
            if not self._has_ended:
                self._is_shown = True
                self._write()

    def _write(self) -> None:
        text = f"{self._text}\n"
        if self._goes_back:
            # What takes more than one line could not be taken back.
            width = shutil.get_terminal_size().columns
            text = f"\r{short(self._text, max(width - 1, 1))}\x1b[K"
        self._put(text)

    def _put(self, text: str) -> None:
        # What cannot be told hides no answer.
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()

    def end(self) -> None:
        """Take it away."""
        self._timer.cancel()
        with self._lock:
            self._has_ended = True
            if self._is_shown and self._goes_back:
                self._put("\r\x1b[K")
