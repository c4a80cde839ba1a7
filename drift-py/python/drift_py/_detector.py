"""Compiled rules and options: built once, used many times, from any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, cast

from . import _native
from ._baseline import Baseline, natives_of
from ._check import must_be, names_of
from ._error import DriftError
from ._events import EventsSource, events_of
from ._explanation import Explanation
from ._fleet import Allow, Objectives, Parity, Readiness, Substitutions, TagsSource, tags_of
from ._hints import of_baseline
from ._json import loads
from ._owners import OwnersSource, owners_of
from ._policies import PoliciesSource, dry_run, policies_of
from ._policies import test as test_policies
from ._policy_types import DryRun, PolicyTests
from ._progress import ProgressOption, Relay, Reporter, calling, reporting
from ._report import Partial, Report
from ._rules import RulesSource, rules_of
from ._snapshot import Snapshot, limits_of, options_of, plain, read, snapshot_of
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


def _references(
    given: Snapshot | Baseline | Source | None, limits: Limits
) -> tuple[_native.Snapshot | None, _native.Baseline | None]:
    """Tell a baseline from what was last applied."""
    if isinstance(given, Baseline):
        return None, given._inner
    if given is None:
        return None, None
    try:
        return snapshot_of(given, limits)._inner, None
    except DriftError as error:
        raise of_baseline(error, given) from None


class Detector:
    """Finds drift between snapshots.

    >>> detector = Detector(packs="all")
    >>> desired = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
    >>> actual = [{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]
    >>> detector.detect(desired, actual).findings[0].changes[0].path
    'delay'
    """

    __slots__ = ("__weakref__", "_inner")
    _inner: _native.Detector

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
        tags: TagsSource | None = None,
        policies: PoliciesSource | Iterable[PoliciesSource] | None = None,
        threads: int | None = None,
    ) -> None:
        """Compile rules and options.

        ``rules`` is one, or a list, of: text, a path, an object ``{version, rules}``, ``Rules``.
        ``packs`` is ``"all"`` or a list of names, ``[]`` for none. ``priority`` says by which
        weights and matrix, and how much hangs on which resources. ``owners`` tell whose a resource
        is, ``routes`` where findings go, before the defaults, ``tags`` what is demanded of tags
        and labels. ``policies`` is one, or a list, of: text (Rego or YAML), a path, an object
        ``{version, policies}``, ``Policies``. ``threads`` is how many may work on one detection, as
        many as the machine offers where it is ``None``; the report is the same for any number.

        ``limits`` bound lists and policies, and what the detector reads itself; a ``Snapshot`` has
        been read within its own.

        A detector can be pickled, for other processes: its texts and options are, and with them
        the ``digest_key``.
        """
        options = options_of(
            packs=packs if isinstance(packs, str) else list(packs),
            layers=layers,
            priority=priority,
            limits=limits,
            managers=names_of(managers, "managers"),
            acceptances=None if acceptances is None else list(acceptances),
            digest_key=digest_key,
            owners=owners_of(owners),
            routes=None if routes is None else list(routes),
            tags=tags_of(tags),
            threads=threads,
        )
        self._inner = _native.Detector(rules_of(rules), policies_of(policies), options)

    def read(self, source: Source, *, at: datetime | str | None = None, **options: Any) -> Snapshot:
        """Read a document for detections of this detector; options as for ``Snapshot.parse``.

        The snapshot is the same, and serves any other detector as well. What this one can work out
        in the same pass over the bytes it does, so that ``detect`` need not look at all of them
        again. ``at`` is when the detections will be made.

        >>> detector = Detector()
        >>> side = detector.read('[{"type": "queue", "id": "jobs", "attributes": {}}]')
        >>> detector.detect(side, side).in_sync
        True
        """
        if options.get("limits") is None:
            options["limits"] = limits_of(self._inner)
        given = plain(options, "read")
        when = at_text(at)
        return read(source, given, lambda one, options: self._inner.read(one, options, when))

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
        limits = limits_of(self._inner)
        native = self._inner.baseline(
            snapshot_of(actual, limits)._inner,
            None if desired is None else snapshot_of(desired, limits)._inner,
            None if previous is None else must_be(previous, Baseline, "previous")._inner,
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
        progress: ProgressOption = None,
    ) -> Report:
        """Compare two sides, each a snapshot or what ``Snapshot.parse`` takes.

        ``reference`` is what was last applied, or a ``Baseline``: what was recorded as normal.
        ``events`` are audit logs that tell who changed what; ``since`` is when all was last seen to
        be as declared. ``progress`` is called with a ``Progress``, at most ten times a second and
        on the thread of the caller, and what it raises stops the work; ``True`` draws a bar, where
        rich or tqdm is installed.
        """
        with reporting(progress) as told:
            question = self._question(desired, actual, reference, at, events, since, told)
            return Report._of(question.detect(detail, told))

    async def detect_async(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        *,
        reference: Snapshot | Baseline | Source | None = None,
        at: datetime | str | None = None,
        detail: Detail = "summary",
        events: EventsSource | None = None,
        since: datetime | str | None = None,
        progress: ProgressOption = None,
    ) -> Report:
        """Compare two sides as ``detect`` does, sources read and all, beside the event loop.

        It takes a thread of the loop's pool; ``progress`` is called on the loop. A task that is
        cancelled stops waiting at once, and comparing soon after.

        >>> import asyncio
        >>> side = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
        >>> asyncio.run(Detector().detect_async(side, side)).in_sync
        True
        """
        # Asked for late: a script that does not await pays nothing for it.
        import asyncio

        with calling(progress) as callback:
            relay = Relay(callback, asyncio.get_running_loop())
            try:
                report = await asyncio.to_thread(
                    self.detect,
                    desired,
                    actual,
                    reference=reference,
                    at=at,
                    detail=detail,
                    events=events,
                    since=since,
                    progress=relay,
                )
            except asyncio.CancelledError:
                relay.stop(RuntimeError("the task was cancelled"))
                raise
            relay.check()
            return report

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
        progress: ProgressOption = None,
    ) -> Partial:
        """Compare two sides that hold a part of an estate, to be merged with other parts."""
        with reporting(progress) as told:
            question = self._question(desired, actual, reference, at, events, since, told)
            [part] = question.partials(detail, 1, told)
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
        progress: ProgressOption = None,
    ) -> list[Partial]:
        """Compare two sides and deal what is found out to ``parts`` parts, 1 to 4096."""
        with reporting(progress) as told:
            question = self._question(desired, actual, reference, at, events, since, told)
            return [Partial._of(part) for part in question.partials(detail, parts, told)]

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

    def compare_many(
        self,
        snapshots: Mapping[str, Snapshot | Source],
        *,
        baseline: str | None = None,
        substitutions: Substitutions | None = None,
        allow: Iterable[Allow] | None = None,
        varying: Iterable[str] | None = None,
        at: datetime | str | None = None,
        detail: Detail = "summary",
    ) -> Parity:
        """Hold snapshots against each other: who differs where, and how much is alike.

        ``baseline`` names the snapshot that the others are held against; without one it is what
        most have. ``substitutions`` say what each snapshot calls its own, ``{"eu": {"region":
        "eu-west-1"}}``: one placeholder stands for all of them. ``allow`` are differences that may
        be. ``varying`` are the fields of the scope in which they differ, found out where None.
        """
        options = options_of(
            baseline=baseline,
            substitutions=substitutions,
            allow=None if allow is None else list(allow),
            varying=names_of(varying, "varying"),
        )
        if not isinstance(snapshots, Mapping):
            found = type(snapshots).__name__
            raise TypeError(f"snapshots is a dict of snapshots by their names, not {found}")
        limits = limits_of(self._inner)
        read = [(name, snapshot_of(given, limits)._inner) for name, given in snapshots.items()]
        return Parity._of(_native.compare_many(self._inner, read, options, at_text(at), detail))

    def doctor(
        self,
        desired: Snapshot | Source | None = None,
        actual: Snapshot | Source | None = None,
        *,
        reference: Snapshot | Baseline | Source | None = None,
        at: datetime | str | None = None,
        events: EventsSource | None = None,
        objectives: Objectives | None = None,
    ) -> Readiness:
        """Tell what is missing before an estate is ready, asked of this detector and these sides.

        >>> [one["id"] for one in Detector().doctor().checks if one["status"] == "fail"]
        ['desired', 'actual', 'owners']
        """
        limits = limits_of(self._inner)
        native = _native.doctor(
            self._inner,
            None if desired is None else snapshot_of(desired, limits)._inner,
            None if actual is None else snapshot_of(actual, limits)._inner,
            *_references(reference, limits),
            at_text(at),
            events_of(events, limits),
            dict(objectives or {}),
        )
        return Readiness._of(native)

    def _question(
        self,
        desired: Snapshot | Source,
        actual: Snapshot | Source,
        reference: Snapshot | Baseline | Source | None,
        at: datetime | str | None,
        events: EventsSource | None = None,
        since: datetime | str | None = None,
        told: Reporter | None = None,
    ) -> _native.Question:
        if told is not None:
            told("reading", 0, None)
        when, limits = at_text(at), limits_of(self._inner)
        sides = [
            one if isinstance(one, Snapshot) else self.read(one, at=when)
            for one in (desired, actual)
        ]
        return self._inner.question(
            sides[0]._inner,
            sides[1]._inner,
            *_references(reference, limits),
            when,
            events_of(events, limits),
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

    @classmethod
    def _again(cls, text: str) -> Detector:
        detector = object.__new__(cls)
        detector._inner = _native.Detector.deserialize(text)
        return detector

    def __copy__(self) -> Detector:
        """Give itself: a detector does not change."""
        return self

    def __deepcopy__(self, memo: object) -> Detector:
        """Give itself: a detector does not change."""
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the rules, policies and options, the ``digest_key`` among them.

        It is made again from these, with the same answers.
        """
        return type(self)._again, (self._inner.serialize(),)

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
    tags: TagsSource | None = None,
    policies: PoliciesSource | Iterable[PoliciesSource] | None = None,
    threads: int | None = None,
    at: datetime | str | None = None,
    detail: Detail = "summary",
    events: EventsSource | None = None,
    since: datetime | str | None = None,
    progress: ProgressOption = None,
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
        tags=tags,
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
        progress=progress,
    )


def compare_many(
    snapshots: Mapping[str, Snapshot | Source],
    *,
    baseline: str | None = None,
    substitutions: Substitutions | None = None,
    allow: Iterable[Allow] | None = None,
    varying: Iterable[str] | None = None,
    rules: RulesSource | Iterable[RulesSource] | None = None,
    packs: Literal["all"] | Iterable[str] = "all",
    layers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    threads: int | None = None,
    at: datetime | str | None = None,
    detail: Detail = "summary",
) -> Parity:
    """Hold snapshots against each other once, as ``Detector.compare_many`` does.

    >>> one = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
    >>> compare_many({"blue": one, "green": one}).score
    1
    """
    detector = Detector(rules=rules, packs=packs, layers=layers, limits=limits, threads=threads)
    return detector.compare_many(
        snapshots,
        baseline=baseline,
        substitutions=substitutions,
        allow=allow,
        varying=varying,
        at=at,
        detail=detail,
    )


def doctor(
    desired: Snapshot | Source | None = None,
    actual: Snapshot | Source | None = None,
    *,
    reference: Snapshot | Baseline | Source | None = None,
    rules: RulesSource | Iterable[RulesSource] | None = None,
    packs: Literal["all"] | Iterable[str] = "all",
    layers: Mapping[str, str] | None = None,
    acceptances: Iterable[Acceptance] | None = None,
    digest_key: str | None = None,
    owners: OwnersSource | None = None,
    tags: TagsSource | None = None,
    at: datetime | str | None = None,
    events: EventsSource | None = None,
    objectives: Objectives | None = None,
) -> Readiness:
    """Tell what is missing before an estate is ready, as ``Detector.doctor`` does.

    >>> doctor(objectives={"coverage": 0.99}).ready
    False
    """
    detector = Detector(
        rules=rules,
        packs=packs,
        layers=layers,
        acceptances=acceptances,
        digest_key=digest_key,
        owners=owners,
        tags=tags,
    )
    return detector.doctor(
        desired, actual, reference=reference, at=at, events=events, objectives=objectives
    )


def preview(
    rules: RulesSource | Iterable[RulesSource], reports: Report | Iterable[Report]
) -> Preview:
    """Tell what rules would have hidden in reports that have been made already.

    A report holds no documents: where it takes them to tell, the change stands in ``undecidable``.
    """
    return cast(Preview, loads(_native.preview(rules_of(rules), natives_of(reports))))
