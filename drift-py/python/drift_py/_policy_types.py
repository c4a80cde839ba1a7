"""What policies say: the shapes of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from ._types import ResourceRef, Severity, Status

Enforcement = Literal["observe", "warn", "require_approval", "enforce"]


class Exempted(TypedDict):
    """An exemption that holds for a violation."""

    owner: str
    reason: str
    until: str | None


class _PolicyViolationFields(TypedDict):
    fingerprint: str
    policy: str
    rule: str
    resource: ResourceRef
    #: How the resource stands: ``in_sync`` as well as ``drifted``.
    status: Status
    message: str
    severity: Severity
    category: str
    controls: list[str]
    enforcement: Enforcement
    #: Whether it holds of the live resource, and not as that is declared.
    introduced_by_drift: bool
    #: Whether it holds as the resource is declared; ``None`` where it is not.
    desired: bool | None
    #: Whether it holds of the live resource; ``None`` where there is none.
    actual: bool | None


class PolicyViolation(_PolicyViolationFields, total=False):
    """A resource does what a policy says it must not."""

    #: What tells it from others of the same rule, where the policy says it.
    id: str
    title: str
    #: Who has exempted the resource.
    exempted: Exempted
    runbook: str


class _PolicyErrorFields(TypedDict):
    policy: str
    rule: str
    resource: ResourceRef
    side: Literal["desired", "actual"]
    code: Literal["step_limit", "memory_limit", "result", "evaluation"]
    message: str


class PolicyError(_PolicyErrorFields, total=False):
    """A rule of a policy could not be evaluated over one side of a resource."""

    file: str
    line: int
    column: int


class PolicyUsage(TypedDict):
    """What a policy did."""

    policy: str
    enforcement: Enforcement
    controls: list[str]
    #: How many resources it was asked about.
    resources: int
    violations: int
    exempted: int
    errors: int


class PolicySummary(TypedDict):
    """What policies come to; violations that are exempted are counted apart."""

    policies: int
    violations: int
    introduced_by_drift: int
    exempted: int
    errors: int
    enforcement: dict[str, int]
    severity: dict[str, int]
    #: Whether a policy that is enforced is violated, or could not be evaluated.
    blocked: bool
    approval_required: bool


class PolicyCase(TypedDict):
    """One case of a file of cases."""

    name: str
    line: int
    passed: bool
    missing: list[str]
    unexpected: list[str]
    errors: list[str]


class PolicyTests(TypedDict):
    """Whether policies say what their cases expect."""

    passed: int
    failed: int
    cases: list[PolicyCase]


class DryRunHit(TypedDict):
    """A resource that a policy would have fired on."""

    resource: ResourceRef
    rule: str
    message: str
    severity: Severity
    #: In how many snapshots.
    snapshots: int
    first: str | None
    last: str | None


class DryRunPolicy(TypedDict):
    """What one policy would have said."""

    policy: str
    enforcement: Enforcement
    #: In how many snapshots it would have fired.
    snapshots: int
    fired: int
    exempted: int
    errors: int
    hits: list[DryRunHit]


class DryRun(TypedDict):
    """What policies would have said of several snapshots."""

    snapshots: int
    policies: list[DryRunPolicy]
