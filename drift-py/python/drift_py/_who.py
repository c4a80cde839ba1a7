"""Whose a resource is, and who changed it: the shapes of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

EventFormat = Literal[
    "auto",
    "cloudtrail",
    "kubernetes_audit",
    "azure_activity",
    "google_audit",
    "change_events",
]
ActorKind = Literal["person", "automation", "provider", "service", "unknown"]
CauseKind = Literal["person", "automation", "provider", "third_party", "unknown"]


class Claim(TypedDict):
    """What one source says of whose a resource is."""

    owner: str
    source: str


class _LinkFields(TypedDict):
    url: str


class Link(_LinkFields, total=False):
    """A page of an owner."""

    title: str


class Contact(TypedDict, total=False):
    """How an owner is reached, as far as a source says."""

    name: str
    email: str
    channel: str
    links: list[Link]


class _OwnershipFields(TypedDict):
    owner: str | None
    source: Literal["rules", "tags", "codeowners", "backstage", "csv"] | None
    via: str | None
    conflicts: list[Claim]


class Ownership(_OwnershipFields, total=False):
    """Whose a resource is, and who says so."""

    contact: Contact


class Route(TypedDict):
    """Where a finding goes, and why."""

    to: Literal["page", "ticket", "log"]
    reason: str


class _RouteRuleFields(TypedDict):
    to: Literal["page", "ticket", "log"]


class RouteRule(_RouteRuleFields, total=False):
    """A rule of where findings go."""

    #: ``severity``, ``status``, ``category``, ``layer``, ``provider``, ``type``, ``owner`` and
    #: ``ownership``, each a glob or a list of globs.
    match: Mapping[str, str | Sequence[str]]
    reason: str


class _ActorFields(TypedDict):
    kind: ActorKind
    name: str


class Actor(_ActorFields, total=False):
    """Who acted."""

    identity: str
    #: The tool or service that it used.
    via: str
    #: Where it belongs to somebody else: another account.
    outside: bool
    evidence: str


class EventRef(TypedDict):
    """The event that a change goes back to."""

    source: str
    id: str | None
    action: str
    time: str


class ChangeEvent(EventRef):
    """An event of an audit log."""

    actor: Actor
    scope: dict[str, str]


class Candidate(TypedDict):
    """Somebody who may have made a change."""

    actor: Actor
    event: EventRef


class Occurred(TypedDict):
    """When a change was made: at one time, or between two."""

    not_before: str | None
    not_after: str | None
    exact: bool


class _AttributionFields(TypedDict):
    manager: str
    operation: str
    at: str | None
    status: Literal["exact", "candidate", "ambiguous", "unknown"]
    cause: CauseKind


class Attribution(_AttributionFields, total=False):
    """Who wrote a live value."""

    #: Why no event tells.
    why: Literal["no_events", "no_log_for_scope", "no_event_for_resource", "no_event_in_window"]
    #: What tells the cause.
    evidence: str
    actor: Actor
    event: EventRef
    occurred: Occurred
    candidates: list[Candidate]
