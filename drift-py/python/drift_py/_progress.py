"""How far the work has come, told while it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

#: Seconds between two calls, at least, but for the last one: no more than ten in any second.
INTERVAL = 0.125

StageName = Literal["reading", "pairing", "comparing", "reporting"]


class Progress(NamedTuple):
    """How far a detection has come."""

    #: It reads both sides, finds out what belongs together, compares one resource after the other,
    #: and puts the report together.
    stage: StageName
    #: How many resources have been compared.
    done: int
    #: How many are to be compared; none while that is not known.
    total: int | None


#: What is told, at most ten times a second. What it raises stops the work.
Callback = Callable[[Progress], object]
#: A callback; or whether to draw a bar, for which ``rich`` or ``tqdm`` has to be installed.
ProgressOption = bool | Callback | None


class Reporter:
    """Tells a callback, not too often."""

    def __init__(self, callback: Callback) -> None:
        """Start with nothing told."""
        self._callback = callback
        self._at = float("-inf")
        self._known: Progress | None = None
        self._told: Progress | None = None

    def __call__(self, stage: Any, done: int, total: int | None) -> None:
        """Tell it, if the last call is long enough ago."""
        self._known = Progress(stage, done, total)
        if time.monotonic() - self._at >= INTERVAL:
            self._tell()

    def end(self) -> None:
        """Tell what came last."""
        self._tell()

    def _tell(self) -> None:
        if self._known is not None and self._known != self._told:
            self._told = self._known
            self._callback(self._known)
            # From the end of the call: one that takes long has time between two.
            self._at = time.monotonic()


@contextmanager
def calling(given: ProgressOption) -> Iterator[Callback | None]:
    """Give the callback that was asked for, that of a bar where one is to be drawn."""
    if given is None or given is False:
        yield None
    elif given is True:
        bar = _bar()
        try:
            yield bar.show
        finally:
            bar.close()
    elif iscoroutinefunction(given):
        raise TypeError("progress is a plain function: nobody would wait for a coroutine")
    elif callable(given):
        yield given
    else:
        raise TypeError(f"progress is a callable, True or False, not {type(given).__name__}")


@contextmanager
def reporting(given: ProgressOption) -> Iterator[Reporter | None]:
    """Give what is told of some work, if anybody wants to know; at its end the last is told."""
    with calling(given) as callback:
        reporter = None if callback is None else Reporter(callback)
        yield reporter
        if reporter is not None:
            reporter.end()


class Relay:
    """Hands what a thread tells over to the event loop, and what is raised there back."""

    def __init__(self, callback: Callback | None, loop: AbstractEventLoop) -> None:
        """Tell the callback, if there is one, on the loop."""
        self._callback = callback
        self._loop = loop
        self._raised: Exception | None = None

    def __call__(self, progress: Progress) -> None:
        """Pass on what the thread tells, or stop it."""
        self.check()
        if self._callback is not None:
            self._loop.call_soon_threadsafe(self._tell, self._callback, progress)

    def stop(self, error: Exception) -> None:
        """Have the thread raise this when it tells the next time."""
        self._raised = error

    def check(self) -> None:
        """Raise what the callback has raised."""
        if self._raised is not None:
            raise self._raised

    def _tell(self, callback: Callback, progress: Progress) -> None:
        if self._raised is None:
            try:
                callback(progress)
            except Exception as error:
                self._raised = error


class _Bar(Protocol):
    def show(self, progress: Progress) -> None: ...
    def close(self) -> None: ...


class _Rich:
    """A bar of rich, on the standard error."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Elapsed(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("reading", total=None)
        self._bar.start()

    def show(self, progress: Progress) -> None:
        self._bar.update(
            self._task,
            description=progress.stage,
            completed=progress.done,
            total=progress.total,
        )

    def close(self) -> None:
        self._bar.stop()


class _Tqdm:
    """A bar of tqdm: on the standard error, or in a notebook."""

    def __init__(self) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(total=None, desc="reading", leave=False, unit=" resources")

    def show(self, progress: Progress) -> None:
        bar = self._bar
        bar.set_description_str(progress.stage, refresh=False)
        bar.total = progress.total
        bar.n = progress.done
        bar.refresh()

    def close(self) -> None:
        self._bar.close()


def _bar() -> _Bar:
    if find_spec("rich"):
        return _Rich()
    if find_spec("tqdm"):
        return _Tqdm()
    raise ImportError(
        "a bar needs rich or tqdm: `pip install rich`, or pass a callable as `progress`",
        name="rich",
    )
