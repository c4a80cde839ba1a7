// What policies say: the shapes of answers. Their names are the words of the report.
import type { ResourceRef, Severity, Status } from "./types.js";

/** What a violation calls for. */
export type Enforcement = "observe" | "warn" | "require_approval" | "enforce";

/** A resource does what a policy says it must not. */
export interface PolicyViolation {
  fingerprint: string;
  policy: string;
  rule: string;
  /** What tells it from others of the same rule, where the policy says it. */
  id?: string;
  title?: string;
  resource: ResourceRef;
  /** How the resource stands: `in_sync` as well as `drifted`. */
  status: Status;
  message: string;
  severity: Severity;
  category: string;
  controls: string[];
  enforcement: Enforcement;
  /** Whether it holds of the live resource, and not as that is declared. */
  introduced_by_drift: boolean;
  /** Whether it holds as the resource is declared; null where it is not. */
  desired: boolean | null;
  /** Whether it holds of the live resource; null where there is none. */
  actual: boolean | null;
  /** Who has exempted the resource. */
  exempted?: { owner: string; reason: string; until: string | null };
  runbook?: string;
}

/** A rule of a policy could not be evaluated over one side of a resource. */
export interface PolicyError {
  policy: string;
  rule: string;
  resource: ResourceRef;
  side: "desired" | "actual";
  code: "step_limit" | "memory_limit" | "result" | "evaluation";
  message: string;
  file?: string;
  line?: number;
  column?: number;
}

/** What a policy did. */
export interface PolicyUsage {
  policy: string;
  enforcement: Enforcement;
  controls: string[];
  /** How many resources it was asked about. */
  resources: number;
  violations: number;
  exempted: number;
  errors: number;
}

/** What policies come to; violations that are exempted are counted apart. */
export interface PolicySummary {
  policies: number;
  violations: number;
  introduced_by_drift: number;
  exempted: number;
  errors: number;
  enforcement: Partial<Record<Enforcement, number>>;
  severity: Partial<Record<Severity, number>>;
  /** Whether a policy that is enforced is violated, or could not be evaluated. */
  blocked: boolean;
  approval_required: boolean;
}

/** Whether policies say what their cases expect. */
export interface PolicyTests {
  passed: number;
  failed: number;
  cases: {
    name: string;
    line: number;
    passed: boolean;
    missing: string[];
    unexpected: string[];
    errors: string[];
  }[];
}

/** A resource that a policy would have fired on. */
export interface DryRunHit {
  resource: ResourceRef;
  rule: string;
  message: string;
  severity: Severity;
  /** In how many snapshots. */
  snapshots: number;
  first: string | null;
  last: string | null;
}

/** What policies would have said of several snapshots. */
export interface DryRun {
  snapshots: number;
  policies: {
    policy: string;
    enforcement: Enforcement;
    /** In how many snapshots it would have fired. */
    snapshots: number;
    fired: number;
    exempted: number;
    errors: number;
    hits: DryRunHit[];
  }[];
}
