"""The words and shapes of options and reports."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from mmap import mmap
from typing import Any, Literal, Protocol, TypedDict, Union

from ._policy_types import PolicySummary
from ._who import CauseKind

FormatName = Literal[
    "auto",
    "records",
    "mapping",
    "kubernetes",
    "terraform_state",
    "terraform_show",
    "terraform_plan",
    "terraform_config",
    "cloudformation",
    "cloudformation_drifts",
    "ansible_check",
    "arm_template",
    "pulumi_stack",
    "pulumi_preview",
    "pulumi_events",
    "sql_ddl",
    "sql_schema",
    "dotenv",
    "ini",
    "toml",
]
Dialect = Literal["postgresql", "mysql", "mariadb", "sqlite"]
Verdict = Literal["in_sync", "partial", "drifted", "error"]
Status = Literal[
    "in_sync",
    "drifted",
    "missing",
    "unmanaged",
    "moved",
    "pending_create",
    "pending_delete",
    "not_checked",
]
Kind = Literal["added", "removed", "changed", "moved"]
Disposition = Literal[
    "drift",
    "conflict",
    "pending",
    "undeclared",
    "at_default",
    "generated",
    "read_only",
    "ignored",
    "tolerated",
    "accepted",
    "unknown",
]
Severity = Literal["critical", "high", "medium", "low", "info"]
Confidence = Literal["high", "medium", "low"]
Reason = Literal[
    "denied",
    "throttled",
    "unsupported",
    "error",
    "not_collected",
    "stale",
    "ambiguous_identity",
    "nothing_comparable",
]
Detail = Literal["summary", "full"]
ExitStyle = Literal["diff", "terraform"]
#: The lists of a report whose entries have rows.
ListName = Literal["findings", "pending", "undeclared", "suppressed", "unknown"]
DuplicateKeys = Literal["error", "last"]


class Model(Protocol):
    """An object that tells what it holds: those of the Kubernetes client, and others."""

    def to_dict(self) -> Any:
        """Give the content as dicts and lists."""
        ...


class Readable(Protocol):
    """An open file, or the body of an answer."""

    def read(self) -> bytes | str:
        """Give all that there is."""
        ...


class Table(Protocol):
    """What gives an Arrow stream: tables, batches and frames of any library."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the stream in a capsule."""
        ...


#: A document: the content as bytes or text, a file, folder or pattern as a path, an open file, the
#: parsed content, objects of the Kubernetes client; or documents one after the other, those of the
#: rows of a table among them.
Source = Union[
    bytes,
    bytearray,
    memoryview,
    mmap,
    str,
    "os.PathLike[str]",
    Readable,
    Mapping[str, Any],
    Model,
    Table,
    Iterable[Any],
]
#: Rules or a mapping, by their text, as a file, or as the parsed content.
Text = Union[str, "os.PathLike[str]", Mapping[str, Any], Sequence[Any]]


#: Values for the parameters of a template, by name, or as the AWS tools have them:
#: ``[{"ParameterKey": …, "ParameterValue": …}]``, with ``ResolvedValue`` or ``UsePreviousValue``.
Parameters = Mapping[str, str | Sequence[str]] | Sequence[Mapping[str, str | bool]]


class Cell(TypedDict, total=False):
    """A part of the world; what is absent matches everything."""

    provider: str
    type: str
    scope: Mapping[str, str]


class _GapReason(TypedDict):
    reason: Reason


class Gap(_GapReason, total=False):
    """A cell that could not be read, and why."""

    cell: Cell
    detail: str


class Limits(TypedDict, total=False):
    """Bounds on what is read and compared."""

    max_bytes: int
    max_depth: int
    max_nodes: int
    max_alias_ratio: int
    max_documents: int
    max_exponent: int
    max_list_pairs: int
    #: Steps of one rule of a policy over one side of one resource.
    max_policy_steps: int
    #: What its functions and operators may build or look through meanwhile, in bytes.
    max_policy_bytes: int


class _AcceptanceFields(TypedDict):
    fingerprint: str
    digest: str
    by: str
    reason: str


class Acceptance(_AcceptanceFields, total=False):
    """A decision to live with one very change, for a time."""

    expires: str | None


class SourceRef(TypedDict, total=False):
    """Where a resource stands in its source."""

    file: str
    document: int
    pointer: str
    line: int
    revision: str


class Sources(TypedDict):
    """Where each side of a resource was read."""

    desired: SourceRef | None
    actual: SourceRef | None


class ResourceRef(TypedDict):
    """A resource, as reports name it."""

    provider: str
    type: str
    id: str
    address: str
    scope: dict[str, str]
    layer: str
    source: Sources


class Identity(TypedDict):
    """Something else that a resource is known by."""

    kind: str
    value: str


class Resource(TypedDict):
    """A resource of a snapshot, without its attributes."""

    provider: str
    type: str
    scope: dict[str, str]
    id: str
    address: str
    identities: list[Identity]
    #: A tag that must not be shown is ``{"$redacted": "unequal"}``.
    tags: dict[str, str | dict[str, str]]
    depends_on: list[str]
    managed_by: str | None
    source: SourceRef


class Warning(TypedDict, total=False):
    """Something that parsing let pass."""

    code: str
    message: str
    resource: str
    path: str


class Factors(TypedDict):
    """What the score of a priority is made of, each from 0 to 100."""

    impact: int
    exposure: int
    criticality: int
    confidence: int


class Priority(TypedDict):
    """How soon to look at a finding: a level, and a score from 0 to 100 with its factors."""

    level: Literal["p0", "p1", "p2", "p3"]
    score: int
    factors: Factors


class Weights(TypedDict, total=False):
    """How much each factor counts for, whole numbers from 0 to 100."""

    impact: int
    exposure: int
    criticality: int
    confidence: int


class _CriticalityLevel(TypedDict):
    level: Literal["critical", "normal", "low"]


class Criticality(_CriticalityLevel, total=False):
    """How much hangs on the resources that the globs take in."""

    provider: str
    type: str
    id: str
    scope: dict[str, str]
    tags: dict[str, str]


class PriorityOptions(TypedDict, total=False):
    """How priorities come about; what is left out stays as it is."""

    weights: Weights
    matrix: dict[Severity, dict[Literal["critical", "normal", "low"], str]]
    criticality: list[Criticality]


class CataloguePlace(TypedDict):
    """A place at which a finding is found."""

    provider: str | None
    type: str | None
    paths: list[str]
    when: str | None
    severity: Severity


class CatalogueEntry(TypedDict):
    """One kind of finding: what it means, where it is found, and what to do next."""

    id: str
    title: str
    meaning: str
    severity: Severity
    category: str
    layers: list[str]
    next_step: str
    source: str
    places: list[CataloguePlace]


class Accepted(TypedDict):
    """An acceptance that holds for a change."""

    by: str
    reason: str
    until: str | None


class Destination(TypedDict):
    """Where changes of one cause have landed."""

    type: str
    #: Without indexes, keys and values; empty where it is the resources as a whole.
    path: str


class Example(TypedDict):
    """A finding of a cause."""

    fingerprint: str
    resource: str


class _SharedCauseFields(TypedDict):
    fingerprint: str
    destination: Destination
    status: Status
    cause: CauseKind
    resources: int
    changes: int
    scopes: int
    severity: Severity
    first_at: str | None
    last_at: str | None
    examples: list[Example]


class SharedCause(_SharedCauseFields, total=False):
    """What findings of several resources go back to."""

    actor: str
    #: Of what is declared, where nobody is known to have acted.
    revision: str


class NotChecked(TypedDict):
    """A resource that was not checked, and why."""

    resource: ResourceRef
    reason: Reason
    detail: str | None


class _RuleUsageFields(TypedDict):
    rule: str
    layer: str
    matched: int
    hides: bool
    expires: str | None
    expired: bool
    owner: str | None
    reason: str | None
    source: str | None


class RuleUsage(_RuleUsageFields, total=False):
    """What a rule did."""

    #: Where it is a pack's rule that the user has switched off.
    disabled: bool


class RuleHistory(TypedDict):
    """What a rule has done over several reports."""

    rule: str
    layer: str
    hits: int
    used_in: int
    reports: int
    last_used: str | None
    never_matched: bool
    hides: bool
    expires: str | None
    expired: bool
    disabled: bool
    owner: str | None
    reason: str | None
    source: str | None


class Hides(TypedDict):
    """A change that a suggestion would hide."""

    resource: str
    path: str
    fingerprint: str
    reports: int


class Suggestion(TypedDict):
    """A rule that would hide what keeps coming back."""

    id: str
    #: The rule file.
    rule: str
    reason: str
    provider: str
    type: str
    resource_id: str | None
    paths: list[str]
    fact: str
    reports: int
    occurrences: int
    resources: int
    examples: list[str]
    hides: list[Hides]


class Hidden(TypedDict):
    """A change that a rule would have hidden."""

    detected_at: str
    rule: str
    resource: ResourceRef
    path: str
    fingerprint: str
    disposition: Disposition
    severity: Severity
    category: str


class Undecidable(Hidden):
    """A change of which a report does not tell whether the rule would have hidden it."""

    why: str


class Preview(TypedDict):
    """What rules would have hidden."""

    reports: int
    reports_changed: int
    hidden: list[Hidden]
    resources: int
    undecidable: list[Undecidable]


class _SummaryFields(TypedDict):
    resources: dict[str, int]
    changes: dict[str, int]
    severity: dict[str, int]
    coverage: dict[str, Any]


class OwnerCounts(TypedDict):
    """How many are known to be somebody's; the conflicting ones are owned."""

    owned: int
    unowned: int
    conflicting: int


class OwnershipSummary(OwnerCounts):
    """How many resources are known to be somebody's, and how many findings."""

    findings: OwnerCounts


class TagViolation(TypedDict):
    """A tag that is not as a tag policy wants it."""

    fingerprint: str
    resource: ResourceRef
    key: str
    problem: Literal["missing", "not_allowed", "alias_used"]
    #: The other name that the tag stands under.
    found_as: str | None
    #: ``desired``, ``actual`` or both.
    sides: list[str]
    desired: Any
    actual: Any
    #: Globs, and a regular expression in slashes.
    allowed: list[str]
    reason: str | None
    owner: str | None


class TagSummary(TypedDict):
    """How well resources are tagged."""

    resources: int
    compliant: int
    ratio: float | None
    not_evaluated: int
    problems: dict[str, int]
    by_key: dict[str, int]
    by_provider: dict[str, dict[str, Any]]


class Summary(_SummaryFields, total=False):
    """Counts of everything."""

    #: Where a map of owners was given.
    ownership: OwnershipSummary
    #: Where a tag policy was given.
    tags: TagSummary
    #: What policies come to, where any were given.
    policy: PolicySummary


class FactNote(TypedDict):
    """A fact at a path, and whether it won."""

    fact: str
    rule: str
    layer: str
    wins: bool
    #: Which rule's fact outranks it, and why.
    outranked_by: str | None
    #: Whether it stands further up and covers what is below.
    inherited: bool
    reason: str | None
    source: str | None


class ParsedPath(TypedDict):
    """A path: its canonical text and its steps."""

    canonical: str
    steps: list[dict[str, Any]]


class Row(TypedDict):
    """A row of the flat table of a report: a change, or a resource as a whole."""

    #: The list that it stands in.
    list: ListName
    #: Of the change; of the finding where it is a resource as a whole.
    fingerprint: str
    #: Of the finding; none outside the findings.
    finding: str | None
    status: Status
    provider: str
    type: str
    id: str
    address: str
    #: A JSON object.
    scope: str
    layer: str
    #: None where it is a resource as a whole, and ``kind`` to ``reference`` with it.
    path: str | None
    pointer: str | None
    kind: Kind | None
    disposition: Disposition | None
    #: Canonical JSON; none where the report has null.
    desired: str | None
    actual: str | None
    reference: str | None
    severity: Severity
    category: str
    #: ``p0`` to ``p3``; none outside the findings.
    priority: str | None
    owner: str | None
    rule: str | None
    reason: str | None
    runbook: str | None
    #: Where desired was read, else actual.
    file: str | None
    line: int | None
    #: A time in Arrow and in frames.
    detected_at: str
