// What policies say: the shapes of answers.
import type { ResourceRef } from "./report-types.js";
import type { Enforcement, Severity, Side, Status } from "./words.js";

/** A resource does what a policy says it must not. */
export interface PolicyViolation {
  /** Stable across scans: key, policy, rule and `id`, no values. */
  fingerprint: string;
  /** The id of the policy. */
  policy: string;
  /** The rule that fired. */
  rule: string;
  /** What tells it from others of the same rule, where the policy says it. */
  id?: string;
  /** What is wrong, in a few words, where the policy says it. */
  title?: string;
  /** The resource. */
  resource: ResourceRef;
  /** How the resource stands: `in_sync` as well as `drifted`. */
  status: Status;
  /** What the rule says of it. */
  message: string;
  /** How bad it is. */
  severity: Severity;
  /** What kind of problem it is. */
  category: string;
  /** The controls of standards that the policy stands for. */
  controls: string[];
  /** What it calls for. */
  enforcement: Enforcement;
  /** Whether it holds of the live resource, and not as that is declared. */
  introducedByDrift: boolean;
  /** @deprecated The name of the JSON, for `introducedByDrift`. */
  introduced_by_drift: boolean;
  /** Whether it holds as the resource is declared; null where it is not. */
  desired: boolean | null;
  /** Whether it holds of the live resource; null where there is none. */
  actual: boolean | null;
  /** Who has exempted the resource. */
  exempted?: { owner: string; reason: string; until: string | null };
  /** What to do about it. */
  runbook?: string;
}

/** A rule of a policy could not be evaluated over one side of a resource. */
export interface PolicyError {
  /** The id of the policy. */
  policy: string;
  /** The rule. */
  rule: string;
  /** The resource. */
  resource: ResourceRef;
  /** Which side of it. */
  side: Side;
  /** A limit that was passed, a `result` that is no message, or what went wrong in the `evaluation`. */
  code: "step_limit" | "memory_limit" | "result" | "evaluation";
  /** What went wrong. */
  message: string;
  /** The module. */
  file?: string;
  /** The line in the module, counted from 1. */
  line?: number;
  /** The column in the module, counted from 1. */
  column?: number;
}

/** What a policy did. */
export interface PolicyUsage {
  /** Its id. */
  policy: string;
  /** What a violation of it calls for. */
  enforcement: Enforcement;
  /** The controls of standards that it stands for. */
  controls: string[];
  /** How many resources it was asked about. */
  resources: number;
  /** How many violations there are, without those exempted. */
  violations: number;
  /** How many are exempted. */
  exempted: number;
  /** How often it could not be evaluated. */
  errors: number;
}

/** What policies come to; violations that are exempted are counted apart. */
export interface PolicySummary {
  /** How many policies there are. */
  policies: number;
  /** How many violations. */
  violations: number;
  /** Those that the drift has brought. */
  introducedByDrift: number;
  /** @deprecated The name of the JSON, for `introducedByDrift`. */
  introduced_by_drift: number;
  /** Those that are exempted. */
  exempted: number;
  /** How often a rule could not be evaluated. */
  errors: number;
  /** Violations by what they call for. */
  enforcement: Partial<Record<Enforcement, number>>;
  /** Violations by severity. */
  severity: Partial<Record<Severity, number>>;
  /** Whether a policy that is enforced is violated, or could not be evaluated. */
  blocked: boolean;
  /** Whether someone has to approve. */
  approvalRequired: boolean;
  /** @deprecated The name of the JSON, for `approvalRequired`. */
  approval_required: boolean;
}

/** Whether policies say what their cases expect. */
export interface PolicyTests {
  /** How many cases came out as expected. */
  passed: number;
  /** How many did not. */
  failed: number;
  /** Each case: which violations it is missing, and which nobody expected. */
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
  /** The resource. */
  resource: ResourceRef;
  /** The rule. */
  rule: string;
  /** What the rule says of it. */
  message: string;
  /** How bad it is. */
  severity: Severity;
  /** In how many snapshots. */
  snapshots: number;
  /** When the first of those was taken. */
  first: string | null;
  /** When the last of those was taken. */
  last: string | null;
}

/** What policies would have said of several snapshots. */
export interface DryRun {
  /** How many snapshots there were. */
  snapshots: number;
  /** What each policy would have said. */
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
