// The shapes of answers: what reports, snapshots and events hand over beside their classes.
import type { PolicySummary } from "./policy-types.js";
import type { Json } from "./types.js";
import type {
  ActorKind,
  AttributionStatus,
  CauseKind,
  Destination,
  Disposition,
  PriorityLevel,
  Reason,
  RuleLayer,
  Severity,
  Side,
  Status,
  TagProblem,
  Unattributed,
} from "./words.js";

/** Where a resource stands in its source. */
export interface SourceRef {
  /** The name of the file, where one was given. */
  file?: string;
  /** Which document of the file, counted from 0. */
  document: number;
  /** JSON Pointer (RFC 6901) to the resource's attributes in that document. */
  pointer: string;
  /** The line on which the resource starts, counted from 1. */
  line?: number;
  /** The revision that the document was read at. */
  revision?: string;
}

/** A resource, as reports name it. */
export interface ResourceRef {
  /** `aws`, `kubernetes` and so on; empty where nobody says. */
  provider: string;
  /** The canonical name of its kind: `apps/Deployment`, `aws_security_group`. */
  type: string;
  /** Its id within provider, type and scope. */
  id: string;
  /** Its name in its own source, for people: a Terraform address, a logical id. */
  address: string;
  /** Where it lives: account, region, cluster, namespace. */
  scope: Record<string, string>;
  /** The part of an infrastructure that it belongs to: `network`, `compute`, else `unclassified`. */
  layer: string;
  /** Where each side was read; null where a side does not have it. */
  source: { desired: SourceRef | null; actual: SourceRef | null };
}

/** A resource of a snapshot, without its attributes: those may hold secrets. */
export interface Resource {
  /** `aws`, `kubernetes` and so on; empty where nobody says. */
  provider: string;
  /** The canonical name of its kind: `apps/Deployment`, `aws_security_group`. */
  type: string;
  /** Where it lives: account, region, cluster, namespace. */
  scope: Record<string, string>;
  /** Its id within provider, type and scope. */
  id: string;
  /** Its name in its own source, for people. */
  address: string;
  /** What else it is known by: `{ kind: "arn", value: "arn:aws:…" }`. */
  identities: { kind: string; value: string }[];
  /** A tag that must not be shown is `{"$redacted": "unequal"}`. */
  tags: Record<string, string | { $redacted: string }>;
  /** The addresses of the resources that it depends on. */
  dependsOn: string[];
  /** Who manages it, where the document says so. */
  managedBy: string | null;
  /** Where it was read. */
  source: SourceRef;
}

/** Something that parsing let pass. */
export interface Warning {
  /** A stable word: `guessed_list_key`, for example. */
  code: string;
  /** What was let pass. */
  message: string;
  /** The resource that it is about. */
  resource?: string;
  /** The path that it is about. */
  path?: string;
}

/** One step of a path: one field says which kind, as in `{ field: "spec" }`. */
export type Step = { [kind: string]: Json };

/** How soon to look at a finding: a level, and a score from 0 to 100 with its factors, each from 0 to 100. */
export interface Priority {
  /** `p0` is the soonest. */
  level: PriorityLevel;
  /** From 0 to 100; more is sooner. */
  score: number;
  /** What the score is made of: how bad it is, how far others may use it, how much hangs on the resource, how sure it is. */
  factors: { impact: number; exposure: number; criticality: number; confidence: number };
}

/** How an owner is reached, as far as a source says. */
export interface Contact {
  /** What the owner is called where a person reads of it. */
  name?: string;
  /** An address of mail. */
  email?: string;
  /** A channel of a chat. */
  channel?: string;
  /** Pages of the owner, in the order of its source. */
  links?: { url: string; title?: string }[];
}

/** Whose a resource is, and who says so. */
export interface Ownership {
  /** The owner; null where no source knows one. */
  owner: string | null;
  /** The source that says so. */
  source: "rules" | "tags" | "codeowners" | "backstage" | "csv" | null;
  /** By what: the tag, the line, the entity, the row. */
  via: string | null;
  /** What other sources say instead, in their order. */
  conflicts: { owner: string; source: string }[];
  /** How the owner is reached, where a source says. */
  contact?: Contact;
}

/** Where a finding goes, and why. */
export interface Route {
  /** A page, a ticket or a log. */
  to: Destination;
  /** Why it goes there. */
  reason: string;
}

/** How many are known to be somebody's; the conflicting ones are owned. */
export interface OwnerCounts {
  /** Those with an owner. */
  owned: number;
  /** Those that no source knows. */
  unowned: number;
  /** Those whose sources disagree. */
  conflicting: number;
}

/** Who acted. */
export interface Actor {
  /** What kind of thing it is. */
  kind: ActorKind;
  /** How a person would call it: a user name, a role, a service. */
  name: string;
  /** The whole of it, an ARN for example. */
  identity?: string;
  /** The tool or service that it used. */
  via?: string;
  /** Whether it belongs to somebody else: another account. */
  outside?: boolean;
  /** Why it is taken for that kind. */
  evidence?: string;
}

/** The event that a change goes back to. */
export interface EventRef {
  /** The log: `cloudtrail`, `kubernetes_audit` and so on. */
  source: string;
  /** Its id there. */
  id: string | null;
  /** What was done, in the words of the log. */
  action: string;
  /** When, as RFC 3339. */
  time: string;
}

/** An event of an audit log. */
export interface ChangeEvent extends EventRef {
  /** Who acted. */
  actor: Actor;
  /** Where: account, region, cluster. */
  scope: Record<string, string>;
}

/** When a change was made: at one time, or between two. */
export interface Occurred {
  /** Not before; null where nobody says when all was well. */
  notBefore: string | null;
  /** Not after. */
  notAfter: string | null;
  /** Whether both are the very time. */
  exact: boolean;
  /** @deprecated The name of the JSON, for `notBefore`. */
  not_before: string | null;
  /** @deprecated The name of the JSON, for `notAfter`. */
  not_after: string | null;
}

/** Who wrote a live value. */
export interface Attribution {
  /** The field manager's name, else that of the actor; empty where nothing tells. */
  manager: string;
  /** How it wrote: `Apply` or `Update`, else the action of the event. */
  operation: string;
  /** When it last wrote. */
  at: string | null;
  /** How sure it is. */
  status: AttributionStatus;
  /** Why no event tells. */
  why?: Unattributed;
  /** What kind of cause it is. */
  cause: CauseKind;
  /** What tells the cause. */
  evidence?: string;
  /** Who acted. */
  actor?: Actor;
  /** The event that tells. */
  event?: EventRef;
  /** When it was changed: at one time, or between two. */
  occurred?: Occurred;
  /** Those of whom it may be any, by time; at most eight. */
  candidates?: { actor: Actor; event: EventRef }[];
}

/** An acceptance that holds for a change. */
export interface Accepted {
  /** Who accepted it. */
  by: string;
  /** Why. */
  reason: string;
  /** Until when; null for good. */
  until: string | null;
}

/** What findings of several resources go back to: one place, changed by one actor or at one revision. */
export interface SharedCause {
  /** Stable across scans: the mark of this cause. */
  fingerprint: string;
  /** The path goes without indexes, keys and values; it is empty where it is the resources as a whole. */
  destination: { type: string; path: string };
  /** How the resources stand. */
  status: Status;
  /** Who acted, where somebody is known. */
  actor?: string;
  /** Of what is declared, where nobody is known to have acted. */
  revision?: string;
  /** What kind of cause it is. */
  cause: CauseKind;
  /** How many resources go back to it. */
  resources: number;
  /** How many changes. */
  changes: number;
  /** In how many scopes. */
  scopes: number;
  /** The worst of the changes. */
  severity: Severity;
  /** When the first of them was made, where that is known. */
  firstAt: string | null;
  /** When the last of them was made, where that is known. */
  lastAt: string | null;
  /** @deprecated The name of the JSON, for `firstAt`. */
  first_at: string | null;
  /** @deprecated The name of the JSON, for `lastAt`. */
  last_at: string | null;
  /** The first five findings: their fingerprints and the printed keys of their resources. */
  examples: { fingerprint: string; resource: string }[];
}

/** A resource that was not checked, and why. */
export interface NotChecked {
  /** The resource. */
  resource: ResourceRef;
  /** Why. */
  reason: Reason;
  /** The provider's own words, or which resources are meant. */
  detail: string | null;
}

/** What a rule did. */
export interface RuleUsage {
  /** Its id; a pack's rules carry the pack's name. */
  rule: string;
  /** Where it comes from. */
  layer: RuleLayer;
  /** How many nodes of desired and of actual it matched. */
  matched: number;
  /** Whether it is one that leaves things out. */
  hides: boolean;
  /** When it ends. */
  expires: string | null;
  /** Whether it has ended: it does nothing any more. */
  expired: boolean;
  /** Who answers for it. */
  owner: string | null;
  /** Why it is there. */
  reason: string | null;
  /** What says so: a page, a schema. */
  source: string | null;
  /** Where it is a pack's rule that the user has switched off. */
  disabled?: boolean;
}

/** What a rule has done over several reports. */
export interface RuleHistory {
  /** Its id. */
  rule: string;
  /** Where it comes from. */
  layer: RuleLayer;
  /** How many nodes it matched in all. */
  hits: number;
  /** In how many reports it matched, and in how many it stands. */
  usedIn: number;
  /** In how many reports it stands. */
  reports: number;
  /** When the last report in which it matched was made. */
  lastUsed: string | null;
  /** Whether it matched in none. */
  neverMatched: boolean;
  /** Whether it is one that leaves things out. */
  hides: boolean;
  /** When it ends. */
  expires: string | null;
  /** Whether it has ended. */
  expired: boolean;
  /** Whether it is a pack's rule that the user has switched off. */
  disabled: boolean;
  /** Who answers for it. */
  owner: string | null;
  /** Why it is there. */
  reason: string | null;
  /** What says so: a page, a schema. */
  source: string | null;
}

/** A rule that would hide what keeps coming back. */
export interface Suggestion {
  /** The id that the rule would have. */
  id: string;
  /** The rule file. */
  rule: string;
  /** Why it is suggested. */
  reason: string;
  /** The provider of the resources that it would match. */
  provider: string;
  /** Their type. */
  type: string;
  /** Their id, where it is one resource alone. */
  resourceId: string | null;
  /** The paths that it would match. */
  paths: string[];
  /** The fact that it would state: `ignore`, for example. */
  fact: string;
  /** In how many reports it would have matched. */
  reports: number;
  /** How many changes it would have hidden in all. */
  occurrences: number;
  /** Of how many resources. */
  resources: number;
  /** The printed keys of some of them. */
  examples: string[];
  /** What it would have hidden, and in how many reports each. */
  hides: { resource: string; path: string; fingerprint: string; reports: number }[];
}

/** A change that a rule would have hidden. */
export interface Hidden {
  /** When the report was made. */
  detectedAt: string;
  /** The rule that would have. */
  rule: string;
  /** The resource. */
  resource: ResourceRef;
  /** The change's path. */
  path: string;
  /** The change's fingerprint. */
  fingerprint: string;
  /** What the change amounted to. */
  disposition: Disposition;
  /** How bad it was. */
  severity: Severity;
  /** What kind of problem it was. */
  category: string;
}

/** What rules would have hidden. */
export interface Preview {
  /** In how many reports it was looked, and in how many something would have been hidden. */
  reports: number;
  /** In how many something would have been hidden. */
  reportsChanged: number;
  /** What would have been hidden. */
  hidden: Hidden[];
  /** Of how many resources. */
  resources: number;
  /** Changes that it takes the documents to decide on, each with why. */
  undecidable: (Hidden & { why: string })[];
}

/** A tag that is not as a tag policy wants it. */
export interface TagViolation {
  /** Stable across scans: key, tag and problem. */
  fingerprint: string;
  /** The resource. */
  resource: ResourceRef;
  /** The tag. */
  key: string;
  /** What is wrong with it. */
  problem: TagProblem;
  /** The other name that the tag stands under. */
  foundAs: string | null;
  /** @deprecated The name of the JSON, for `foundAs`. */
  found_as: string | null;
  /** The sides on which it is so. */
  sides: Side[];
  /** The declared value, where it is wrong; else null. */
  desired: Json;
  /** The live value, where it is wrong; else null. */
  actual: Json;
  /** Globs, and a regular expression in slashes. */
  allowed: string[];
  /** Why the tag is demanded. */
  reason: string | null;
  /** Who demands it. */
  owner: string | null;
}

/** How well resources are tagged. */
export interface TagSummary {
  /** Those that the policy speaks of and whose tags are known. */
  resources: number;
  /** Those with which nothing is wrong. */
  compliant: number;
  /** Compliant ones among them, from 0 to 1; null where there are none. */
  ratio: number | null;
  /** Those that the policy speaks of and whose tags are not known, or which take none. */
  notEvaluated: number;
  /** Violations by problem. */
  problems: { [problem in TagProblem]?: number };
  /** Violations by key. */
  byKey: Record<string, number>;
  /** Resources by provider. */
  byProvider: Record<string, { resources: number; compliant: number; ratio: number | null }>;
  /** @deprecated The name of the JSON, for `notEvaluated`. */
  not_evaluated: number;
  /** @deprecated The name of the JSON, for `byKey`. */
  by_key: Record<string, number>;
  /** @deprecated The name of the JSON, for `byProvider`. */
  by_provider: TagSummary["byProvider"];
}

/** Counts of everything. What is counted goes by the words of the report: `in_sync`, `at_default`. */
export interface Summary {
  /** Resources by status, with those that are `accepted`, `derived` and `ignored`; each is counted once. */
  resources: Record<Status | "accepted" | "derived" | "ignored", number>;
  /** Differences by disposition, those that every detail lists. */
  changes: { [disposition in Disposition]?: number };
  /** Findings by severity. */
  severity: { [severity in Severity]?: number };
  /** How much was checked, and what was not: see `docs/COVERAGE.md`. */
  coverage: Record<string, Json>;
  /** Where a map of owners was given. */
  ownership?: OwnerCounts & { findings: OwnerCounts };
  /** Where a tag policy was given. */
  tags?: TagSummary;
  /** What policies come to, where any were given. */
  policy?: PolicySummary;
}

/** A fact at a path, and whether it won. */
export interface FactNote {
  /** What it says: `ignore`, `tolerate`, `keyed` and so on. */
  fact: string;
  /** The id of the rule that says so. */
  rule: string;
  /** Where that rule comes from. */
  layer: RuleLayer;
  /** Whether it is the one that counts. */
  wins: boolean;
  /** Which rule's fact outranks it, and why. */
  outrankedBy: string | null;
  /** @deprecated The name of the JSON, for `outrankedBy`. */
  outranked_by: string | null;
  /** Whether it stands further up and covers what is below. */
  inherited: boolean;
  /** Why the rule is there. */
  reason: string | null;
  /** What says so: a page, a schema. */
  source: string | null;
}
