// The words and shapes of options and reports.
import type { PolicySummary } from "./policy-types.js";

export type FormatName =
  | "auto"
  | "records"
  | "mapping"
  | "kubernetes"
  | "terraform_state"
  | "terraform_show"
  | "terraform_plan"
  | "terraform_config"
  | "cloudformation"
  | "cloudformation_drifts"
  | "ansible_check"
  | "arm_template"
  | "pulumi_stack"
  | "pulumi_preview"
  | "pulumi_events"
  | "sql_ddl"
  | "sql_schema"
  | "dotenv"
  | "ini"
  | "toml";
export type Verdict = "in_sync" | "partial" | "drifted" | "error";
export type Status =
  | "in_sync"
  | "drifted"
  | "missing"
  | "unmanaged"
  | "moved"
  | "pending_create"
  | "pending_delete"
  | "not_checked";
export type Kind = "added" | "removed" | "changed" | "moved";
export type Disposition =
  | "drift"
  | "conflict"
  | "pending"
  | "undeclared"
  | "at_default"
  | "generated"
  | "read_only"
  | "ignored"
  | "tolerated"
  | "accepted"
  | "unknown";
export type Severity = "critical" | "high" | "medium" | "low" | "info";
export type Confidence = "high" | "medium" | "low";
export type Reason =
  | "denied"
  | "throttled"
  | "unsupported"
  | "error"
  | "not_collected"
  | "stale"
  | "ambiguous_identity"
  | "nothing_comparable";

/**
 * A value of a document. An integer beyond `Number.MAX_SAFE_INTEGER` is a `bigint`, and one of more than 2000
 * digits its text.
 */
export type Json = null | boolean | number | bigint | string | Json[] | { [name: string]: Json };

/** A parsed document: anything that can be written as JSON, interfaces of your own included. */
export type Document = readonly unknown[] | { readonly [name: string]: unknown } | Plain;

/** What holds what its fields say: no `Map`, `Promise`, `Date`, stream or function. */
type Plain = object & {
  readonly [Symbol.toStringTag]?: never;
  readonly [Symbol.toPrimitive]?: never;
  readonly [Symbol.asyncIterator]?: never;
  readonly [Symbol.hasInstance]?: never;
};

/**
 * A document. Strings and bytes are content; a `file:` URL is a file, or a folder whose documents
 * are read; an object or an array is the parsed content, copied once.
 */
export type Source = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer | URL | Document;

/** A text that comes piece by piece, a stream of Node or of the web for example; objects are lines of NDJSON. */
export type Pieces = AsyncIterable<string | ArrayBufferView | ArrayBuffer | Document>;

/** What calls off the event loop read besides. */
export type AsyncSource = Source | Pieces;

/** Rules or a mapping: text, a `file:` URL, or the parsed content. */
export type Text = string | URL | Document;

/** A part of the world; what is absent matches everything. */
export interface Cell {
  provider?: string;
  type?: string;
  scope?: Record<string, string>;
}

/** A cell that could not be read, and why. */
export interface Gap {
  cell?: Cell;
  reason: Reason;
  detail?: string;
}

/** Bounds on what is read and compared. */
export interface Limits {
  maxBytes?: number;
  maxDepth?: number;
  maxNodes?: number;
  maxAliasRatio?: number;
  maxDocuments?: number;
  maxExponent?: number;
  maxListPairs?: number;
  /** Steps of one rule of a policy over one side of one resource. */
  maxPolicySteps?: number;
  /** What its functions and operators may build or look through meanwhile, in bytes. */
  maxPolicyBytes?: number;
}

/** How documents are read, and what they speak for. */
export interface ParseOptions {
  /** What the document holds; `auto` by default. */
  format?: FormatName;
  /** Which of the format's views is meant. */
  view?: string;
  /** The name of the file, for errors and sources. */
  name?: string;
  /** How resources stand in the document: a mapping, or the name of one that is built in. */
  mapping?: Text;
  /** Whether the documents hold everything there is. */
  complete?: boolean;
  /** Cells of which the documents hold everything. */
  covers?: readonly Cell[];
  /** What could not be read. */
  gaps?: readonly Gap[];
  /** What ought to have been read: accounts, regions, clusters. */
  expected?: readonly Cell[];
  /** Fills the fields that a resource's own scope leaves out. */
  scope?: Record<string, string>;
  /** The revision that the documents were read at. */
  revision?: string;
  /** When the documents were read. */
  takenAt?: Date | string;
  /** What a key that stands twice in one map means; `error` by default. */
  duplicateKeys?: "error" | "last";
  limits?: Limits;
  /** Values for the parameters of a template, by name, or as the AWS tools have them. */
  parameters?:
    | Record<string, string | readonly string[]>
    | readonly {
        ParameterKey: string;
        ParameterValue?: string;
        ResolvedValue?: string;
        UsePreviousValue?: boolean;
      }[];
  /** What the stack of a template lists: the answer of `list-stack-resources`. */
  stackResources?: Text;
  /** Whose SQL it is. */
  dialect?: "postgresql" | "mysql" | "mariadb" | "sqlite";
  /** How many threads may read at once; as many as the machine offers by default. */
  threads?: number;
}

/** What log events are of. */
export type EventFormat =
  | "auto"
  | "cloudtrail"
  | "kubernetes_audit"
  | "azure_activity"
  | "google_audit"
  | "change_events";

/** How events are read. */
export interface EventOptions {
  /** What log they are of; `auto` by default. */
  format?: EventFormat;
  /** Where the log was taken, where its events do not say: the cluster of a Kubernetes log. */
  scope?: Record<string, string>;
  /** The name of the file, for errors. */
  name?: string;
  /** What a key that stands twice in one map means; `error` by default. */
  duplicateKeys?: "error" | "last";
  limits?: Limits;
}

/** Options of calls off the event loop. */
export interface AsyncOptions {
  /** Settles the promise at once; work that waits is not begun, and work that has begun stops soon. */
  signal?: AbortSignal;
  /** Takes buffers over without a copy: the caller's become empty. Those that share memory with
   * others are copied all the same. What is copied and longer than 1 MiB must stay as it is until the promise has
   * settled. */
  transfer?: boolean;
}

/** Which findings are asked for, and how many at once. What is not said does not matter. */
export interface FindingQuery {
  /** A severity, or a bound: `">=high"`. */
  severity?: Severity | `${">=" | ">" | "<=" | "<" | "="}${Severity}`;
  category?: string | readonly string[];
  /** `""` for what is nobody's. */
  owner?: string | readonly string[];
  status?: FindingStatus | readonly FindingStatus[];
  /** Types of resources, as globs. */
  type?: string | readonly string[];
  layer?: string | readonly string[];
  /** Printed paths of changes, as globs. */
  path?: string | readonly string[];
  /** How many findings a page has, 100 by default. */
  limit?: number;
  /** That of the page before. */
  cursor?: string;
}

/** How the resource of a finding stands. */
export type FindingStatus = "drifted" | "missing" | "unmanaged" | "moved";

/** A decision to live with one very change, for a time. */
export interface Acceptance {
  fingerprint: string;
  digest: string;
  by: string;
  reason: string;
  expires?: string | null;
}

/** Where a resource stands in its source. */
export interface SourceRef {
  file?: string;
  document: number;
  pointer: string;
  line?: number;
  revision?: string;
}

/** A resource, as reports name it. */
export interface ResourceRef {
  provider: string;
  type: string;
  id: string;
  address: string;
  scope: Record<string, string>;
  layer: string;
  source: { desired: SourceRef | null; actual: SourceRef | null };
}

/** A resource of a snapshot, without its attributes: those may hold secrets. */
export interface Resource {
  provider: string;
  type: string;
  scope: Record<string, string>;
  id: string;
  address: string;
  identities: { kind: string; value: string }[];
  /** A tag that must not be shown is `{"$redacted": "unequal"}`. */
  tags: Record<string, string | { $redacted: string }>;
  dependsOn: string[];
  managedBy: string | null;
  source: SourceRef;
}

/** What a resource of a builder says beside its attributes. */
export interface RecordOptions {
  provider?: string;
  scope?: Record<string, string>;
  address?: string;
  identities?: Record<string, string>;
  tags?: Record<string, string> | readonly { [name: string]: unknown }[];
  dependsOn?: readonly string[];
  managedBy?: string;
  /** JSON Pointers into the attributes. */
  unknown?: readonly string[];
  /** JSON Pointers into the attributes. */
  sensitive?: readonly string[];
  source?: { file?: string; line?: number; revision?: string };
}

/** Something that parsing let pass. */
export interface Warning {
  code: string;
  message: string;
  resource?: string;
  path?: string;
}

/** One step of a path: one field says which kind. */
export type Step = { [kind: string]: Json };

/** How soon to look at a finding: a level, and a score from 0 to 100 with its factors, each from 0 to 100. */
export interface Priority {
  level: "p0" | "p1" | "p2" | "p3";
  score: number;
  factors: { impact: number; exposure: number; criticality: number; confidence: number };
}

/** How much hangs on a resource. */
export type CriticalityLevel = "critical" | "normal" | "low";

/** How priorities come about; what is left out stays as it is. */
export interface PriorityOptions {
  /** Whole numbers from 0 to 100. */
  weights?: Partial<Priority["factors"]>;
  /** Levels by severity, then by how much hangs on the resource. */
  matrix?: Partial<Record<Severity, Partial<Record<CriticalityLevel, Priority["level"]>>>>;
  /** The first that takes a resource in counts; all but `level` are globs. */
  criticality?: readonly {
    level: CriticalityLevel;
    provider?: string;
    type?: string;
    id?: string;
    scope?: Record<string, string>;
    tags?: Record<string, string>;
  }[];
}

/** One source of owners, as data. `name` is that of its file, for errors. */
export type OwnerSource = { name?: string } & (
  | { tags: readonly string[] }
  | { codeowners: string; folder?: string }
  | { backstage: string | Document; match?: readonly { of: string; tag: string }[] }
  | { csv: string }
  | { rules: true }
);

/** A map of owners, as data. */
export interface OwnerData {
  sources: readonly OwnerSource[];
  aliases?: Record<string, string>;
}

/** How an owner is reached, as far as a source says. */
export interface Contact {
  name?: string;
  email?: string;
  channel?: string;
  links?: { url: string; title?: string }[];
}

/** Whose a resource is, and who says so. */
export interface Ownership {
  owner: string | null;
  source: "rules" | "tags" | "codeowners" | "backstage" | "csv" | null;
  via: string | null;
  conflicts: { owner: string; source: string }[];
  contact?: Contact;
}

/** Where a finding goes, and why. */
export interface Route {
  to: "page" | "ticket" | "log";
  reason: string;
}

/** A rule of where findings go. */
export interface RouteRule {
  /** `severity`, `status`, `category`, `layer`, `provider`, `type`, `owner` and `ownership`, each a glob or
   * a list of globs. */
  match?: Record<string, string | readonly string[]>;
  to: "page" | "ticket" | "log";
  reason?: string;
}

/** How many are known to be somebody's; the conflicting ones are owned. */
export interface OwnerCounts {
  owned: number;
  unowned: number;
  conflicting: number;
}

export type ActorKind = "person" | "automation" | "provider" | "service" | "unknown";
export type CauseKind = "person" | "automation" | "provider" | "third_party" | "unknown";

/** Who acted. */
export interface Actor {
  kind: ActorKind;
  name: string;
  identity?: string;
  /** The tool or service that it used. */
  via?: string;
  /** Whether it belongs to somebody else: another account. */
  outside?: boolean;
  evidence?: string;
}

/** The event that a change goes back to. */
export interface EventRef {
  source: string;
  id: string | null;
  action: string;
  time: string;
}

/** An event of an audit log. */
export interface ChangeEvent extends EventRef {
  actor: Actor;
  scope: Record<string, string>;
}

/** Who wrote a live value. */
export interface Attribution {
  manager: string;
  operation: string;
  at: string | null;
  status: "exact" | "candidate" | "ambiguous" | "unknown";
  /** Why no event tells. */
  why?: "no_events" | "no_log_for_scope" | "no_event_for_resource" | "no_event_in_window";
  cause: CauseKind;
  /** What tells the cause. */
  evidence?: string;
  actor?: Actor;
  event?: EventRef;
  /** When it was changed: at one time, or between two. */
  occurred?: { not_before: string | null; not_after: string | null; exact: boolean };
  candidates?: { actor: Actor; event: EventRef }[];
}

export interface Accepted {
  by: string;
  reason: string;
  until: string | null;
}

/** What findings of several resources go back to: one place, changed by one actor or at one revision. */
export interface SharedCause {
  fingerprint: string;
  /** The path goes without indexes, keys and values; it is empty where it is the resources as a whole. */
  destination: { type: string; path: string };
  status: Status;
  actor?: string;
  /** Of what is declared, where nobody is known to have acted. */
  revision?: string;
  cause: CauseKind;
  resources: number;
  changes: number;
  scopes: number;
  severity: Severity;
  first_at: string | null;
  last_at: string | null;
  examples: { fingerprint: string; resource: string }[];
}

/** A resource that was not checked, and why. */
export interface NotChecked {
  resource: ResourceRef;
  reason: Reason;
  detail: string | null;
}

/** What a rule did. */
export interface RuleUsage {
  rule: string;
  layer: string;
  matched: number;
  hides: boolean;
  expires: string | null;
  expired: boolean;
  owner: string | null;
  reason: string | null;
  source: string | null;
  /** Where it is a pack's rule that the user has switched off. */
  disabled?: boolean;
}

/** What a rule has done over several reports. */
export interface RuleHistory {
  rule: string;
  layer: string;
  hits: number;
  /** In how many reports it matched, and in how many it stands. */
  usedIn: number;
  reports: number;
  lastUsed: string | null;
  neverMatched: boolean;
  hides: boolean;
  expires: string | null;
  expired: boolean;
  disabled: boolean;
  owner: string | null;
  reason: string | null;
  source: string | null;
}

/** A rule that would hide what keeps coming back. */
export interface Suggestion {
  id: string;
  /** The rule file. */
  rule: string;
  reason: string;
  provider: string;
  type: string;
  resourceId: string | null;
  paths: string[];
  fact: string;
  reports: number;
  occurrences: number;
  resources: number;
  examples: string[];
  hides: { resource: string; path: string; fingerprint: string; reports: number }[];
}

/** A change that a rule would have hidden. */
export interface Hidden {
  detectedAt: string;
  rule: string;
  resource: ResourceRef;
  path: string;
  fingerprint: string;
  disposition: Disposition;
  severity: Severity;
  category: string;
}

/** What rules would have hidden. */
export interface Preview {
  /** In how many reports it was looked, and in how many something would have been hidden. */
  reports: number;
  reportsChanged: number;
  hidden: Hidden[];
  resources: number;
  /** Changes that it takes the documents to decide on, each with why. */
  undecidable: (Hidden & { why: string })[];
}

/** A tag that is not as a tag policy wants it. */
export interface TagViolation {
  fingerprint: string;
  resource: ResourceRef;
  key: string;
  problem: "missing" | "not_allowed" | "alias_used";
  /** The other name that the tag stands under. */
  found_as: string | null;
  sides: ("desired" | "actual")[];
  desired: Json;
  actual: Json;
  /** Globs, and a regular expression in slashes. */
  allowed: string[];
  reason: string | null;
  owner: string | null;
}

/** How well resources are tagged. */
export interface TagSummary {
  resources: number;
  compliant: number;
  ratio: number | null;
  not_evaluated: number;
  problems: Record<string, number>;
  by_key: Record<string, number>;
  by_provider: Record<string, { resources: number; compliant: number; ratio: number | null }>;
}

/** Counts of everything; the names are the words of the report. */
export interface Summary {
  resources: Record<string, number>;
  changes: Record<string, number>;
  severity: Record<string, number>;
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
  fact: string;
  rule: string;
  layer: string;
  wins: boolean;
  /** Which rule's fact outranks it, and why. */
  outranked_by: string | null;
  /** Whether it stands further up and covers what is below. */
  inherited: boolean;
  reason: string | null;
  source: string | null;
}
