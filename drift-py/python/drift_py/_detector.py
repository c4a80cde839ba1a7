"""Compiled rules and options: built once, used many times, from any thread."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, Union, cast

from . import _native
from ._baseline import Baseline
from ._events import EventsSource, events_of
from ._explanation import Explanation
from ._json import loads
from ._owners import OwnersSource, owners_of
from ._policies import PoliciesSource, dry_run, policies_of
from ._policies import test as test_policies
from ._policy_types import DryRun, PolicyTests
from ._report import Partial, Report
from ._snapshot import Snapshot, options_of, snapshot_of
from ._time import at_text, text_of
from ._types import (
    Acceptance,
    Detail,
    Limits,
    Preview,
    PriorityOptions,
    Source,
    Text,
)
from ._who import RouteRule


class Rules:
    """Rules of a file, a text or an object, read once.

    >>> len(Rules.parse("[{id: a, paths: [/replicas], ignore: true}]"))
    1
    """

    __slots__ = ("_inner",)
    _inner: _native.Rules

    def __init__(self) -> None:
        """Refuse: rules come from ``parse``."""
        raise TypeError("Rules come from Rules.parse")

    @classmethod
    def parse(cls, source: Text) -> Rules:
        """Read YAML or JSON text, a file by its path, or an object of a rule file's shape."""
        rules = object.__new__(cls)
        if isinstance(source, os.PathLike):
            path = Path(source)
            text = path.read_text(encoding="utf-8")
            rules._inner = _native.Rules.from_text(text, path.as_posix())
        elif isinstance(source, str):
            rules._inner = _native.Rules.from_text(source, None)
        else:
            rules._inner = _native.Rules.from_object(source)
        return rules

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self._inner)

    def __repr__(self) -> str:
        """Say how many rules there are."""
        return f"<Rules: {len(self)}>"


#: One source of rules.
RulesSource = Union[Rules, str, "os.PathLike[str]", Mapping[str, object]]


def _rules(given: RulesSource | Iterable[RulesSource] | None) -> list[_native.Rules]:
    if given is None:
        return []
    if isinstance(given, (Rules, str, os.PathLike, Mapping)):
        given = [cast("RulesSource", given)]
    if not isinstance(given, Iterable) or isinstance(given, (bytes, bytearray)):
        found = type(given).__name__
        raise TypeError(
            f"rules are text, a path, an object, Rules, or a list of these, not {found}"
        )
    sources = list(given)
    # A list of single rules is what a rule file may hold as well.
    if sources and all(isinstance(one, Mapping) and "id" in one for one in sources):
        return [Rules.parse(sources)._inner]
    return [(one if isinstance(one, Rules) else Rules.parse(one))._inner for one in sources]


def _references(
    given: Snapshot | Baseline | Source | None,
) -> tuple[_native.Snapshot | None, _native.Baseline | None]:
    """Tell a baseline from what was last applied."""
    if isinstance(given, Baseline):
        return None, given._inner
    return (None if given is None else snapshot_of(given)._inner), None


class Detector:
    """Finds drift between snapshots.

    >>> detector = Detector(packs="all")
    >>> desired = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
    >>> actual = [{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]
    >>> detector.detect(desired, actual).findings[0].changes[0].path
    'delay'
    """

    __slots__ = ("_inner",)

    def __init__(
        self,
        *,
        rules: RulesSource | Iterable[RulesSource] | None = None,
        packs: Literal["all"] | Iterable[str] = "all",
        layers: Mapping[str, str] | None = None,
        priority: PriorityOptions | None = None,
        limits: Limits | None = None,
        managers: Iterable[str] | None = None,
        acceptances: Iterable[Acceptance] | None = None,
        digest_key: str | None = None,
        owners: OwnersSource | None = None,
        routes: Iterable[RouteRule] | None = None,
        policies: PoliciesSource | Iterable[PoliciesSource] | None = None,
        threads: int | None = None,
    ) -> None:
        """Compile rules and options.

        ``rules`` is one, or a list, of: text, a path, an object ``{version, rules}``, ``Rules``.
        ``packs`` is ``"all"`` or a list of names, ``[]`` for none. ``priority`` says by which
        weights and matrix, and how much hangs on which resources. ``owners`` tell whose a resource
        is, ``routes`` where findings go, before the defaults. ``policies`` is one, or a list, of:
        text (Rego or YAML), a path, an object ``{version, policies}``, ``Policies``. ``threads`` is
        how many may work on one detection, as many as the machine offers where it is ``None``; the
        report is the same for any number.
        """
        if isinstance(managers, (str, bytes)):
            raise TypeError("managers is a list of names, not one name")
        options = options_of(
            packs=packs if isinstance(packs, str) else list(packs),
            layers=layers,
            priority=priority,
            limits=limits,
            managers=None if managers is None else list(managers),
            acceptances=None if acceptances is None else list(acceptances),
            digest_key=digest_key,
            owners=owners_of(owners),
            routes=None if routes is None else list(routes),
            threads=threads,
        )
        self._inner = _native.Detector(_rules(rules), policies_of(policies), options)

    def baseline(
        self,
        actual: Snapshot | Source,
        *,
        desired: Snapshot | Source | None = None,
        previous: Baseline | None = None,
        at: datetime | str | None = None,
    ) -> Baseline:
        """Record what is normal now: live values, secrets as digests under ``digest_key``.

        With ``desired`` what the declared side marks as secret is kept out too. With ``previous``
        the acceptances of an earlier baseline that still hold are kept.

        >>> live = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0, "mode": "x"}}]
        >>> baseline = Detector().baseline(live)
        >>> Detector().detect([], live, reference=baseline).suppressed[0].disposition
        'accepted'
        """
        native = self._inner.baseline(
            snapshot_of(actual)._inner,
            None if desired is None else snapshot_of(desired)._inner,
            None if previous is None else previous._inner,
            at_text(at),
        )
        return Baseline._of(native)

    def detect(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        *,
        reference: Snapshot | Baseline | Source | None = None,
        at: datetime | str | None = None,
        detail: Detail = "summary",
        events: EventsSource | None = None,
        since: datetime | str | None = None,
    ) -> Report:
        """Compare two sides, each a snapshot or what ``Snapshot.parse`` takes.

        ``reference`` is what was last applied, or a ``Baseline``: what was recorded as normal.
        ``events`` are audit logs that tell who changed what; ``since`` is when all was last seen to
        be as declared.
        """
        question = self._question(desired, actual, reference, at, events, since)
        return Report._of(question.detect(detail))

    async def detect_async(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        *,
        reference: Snapshot | Baseline | Source | None = None,
        at: datetime | str | None = None,
        detail: Detail = "summary",
    ) -> Report:
        """Compare two sides as ``detect`` does, sources read and all, beside the event loop.

        It takes a thread of the loop's pool. A task that is cancelled stops waiting; the work it
        asked for ends by itself.

        >>> import asyncio
        >>> side = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
        >>> asyncio.run(Detector().detect_async(side, side)).in_sync
        True
        """
        # Asked for late: a script that does not await pays nothing for it.
        import asyncio

        return await asyncio.to_thread(
            self.detect, desired, actual, reference=reference, at=at, detail=detail
        )

    def partial(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        *,
        reference: Snapshot | Baseline | Source | None = None,
        at: datetime | str | None = None,
        detail: Detail = "summary",
        events: EventsSource | None = None,
        since: datetime | str | None = None,
    ) -> Partial:
        """Compare two sides that hold a part of an estate, to be merged with other parts."""
        question = self._question(desired, actual, reference, at, events, since)
        [part] = question.partials(detail, 1)
        return Partial._of(part)

    def partials(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        parts: int,
        *,
        reference: Snapshot | Baseline | Source | None = None,
        at: datetime | str | None = None,
        detail: Detail = "summary",
        events: EventsSource | None = None,
        since: datetime | str | None = None,
    ) -> list[Partial]:
        """Compare two sides and deal what is found out to ``parts`` parts, 1 to 4096."""
        question = self._question(desired, actual, reference, at, events, since)
        return [Partial._of(part) for part in question.partials(detail, parts)]

    def explain(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        address: str,
        path: str,
        *,
        reference: Snapshot | Baseline | Source | None = None,
        at: datetime | str | None = None,
    ) -> Explanation:
        """Tell everything about one path of one resource."""
        found = self._question(desired, actual, reference, at).explain(address, path)
        return Explanation._of(found)

    def _question(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        reference: Snapshot | Baseline | Source | None,
        at: datetime | str | None,
        events: EventsSource | None = None,
        since: datetime | str | None = None,
    ) -> _native.Question:
        given = snapshot_of(desired)._inner, snapshot_of(actual)._inner
        return self._inner.question(
            *given,
            *_references(reference),
            at_text(at),
            events_of(events),
            text_of(since) if isinstance(since, datetime) else since,
        )

    def test_policies(self, cases: Text, *, at: datetime | str | None = None) -> PolicyTests:
        """Tell whether the detector's policies say what the cases of a file expect.

        ``cases`` is text, a path, or an object ``{version, cases}``.
        """
        return test_policies(self._inner, cases, at)

    def dry_run(
        self, snapshots: Iterable[Snapshot | Source], *, at: datetime | str | None = None
    ) -> DryRun:
        """Tell what the detector's policies would have said of live snapshots.

        Reports do not keep documents, so they cannot be asked. ``at`` stands in for the time of a
        snapshot that does not say when it was taken.
        """
        return dry_run(self._inner, snapshots, at)

    def __repr__(self) -> str:
        """Say what it is."""
        return "<Detector>"


def detect(
    desired: Snapshot | Source,
    actual: Snapshot | Source,
    *,
    reference: Snapshot | Baseline | Source | None = None,
    rules: RulesSource | Iterable[RulesSource] | None = None,
    packs: Literal["all"] | Iterable[str] = "all",
    layers: Mapping[str, str] | None = None,
    priority: PriorityOptions | None = None,
    limits: Limits | None = None,
    managers: Iterable[str] | None = None,
    acceptances: Iterable[Acceptance] | None = None,
    digest_key: str | None = None,
    owners: OwnersSource | None = None,
    routes: Iterable[RouteRule] | None = None,
    policies: PoliciesSource | Iterable[PoliciesSource] | None = None,
    threads: int | None = None,
    at: datetime | str | None = None,
    detail: Detail = "summary",
    events: EventsSource | None = None,
    since: datetime | str | None = None,
) -> Report:
    """Compare two sides once; who compares often makes a ``Detector``.

    >>> from drift_py import detect
    >>> detect('[{"type": "t", "id": "a", "attributes": {}}]', "[]").verdict
    'partial'
    """
    detector = Detector(
        rules=rules,
        packs=packs,
        layers=layers,
        priority=priority,
        limits=limits,
        managers=managers,
        acceptances=acceptances,
        digest_key=digest_key,
        owners=owners,
        routes=routes,
        policies=policies,
        threads=threads,
    )
    return detector.detect(
        desired,
        actual,
        reference=reference,
        at=at,
        detail=detail,
        events=events,
        since=since,
    )


def preview(
    rules: RulesSource | Iterable[RulesSource], reports: Report | Iterable[Report]
) -> Preview:
    """Tell what rules would have hidden in reports that have been made already.

    A report holds no documents: where it takes them to tell, the change stands in ``undecidable``.
    """
    given = [reports] if isinstance(reports, Report) else list(reports)
    found = _native.preview(_rules(rules), [report._inner for report in given])
    return cast(Preview, loads(found))
