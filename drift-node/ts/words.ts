// The closed lists of words: what a field of a report or an option can say. Each is held against the schemas.

/** What a document holds: `kubernetes`, `terraform_state` and so on; `auto` looks. See `docs/FORMATS.md`. */
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

/** What log events are of; `auto` looks. See `docs/ATTRIBUTION.md`. */
export type EventFormat =
  | "auto"
  | "cloudtrail"
  | "kubernetes_audit"
  | "azure_activity"
  | "google_audit"
  | "change_events";

/**
 * The answer in one word, the first that holds: `error`, `drifted`, `partial` (something that ought to be
 * comparable was not), `in_sync`.
 */
export type Verdict = "in_sync" | "partial" | "drifted" | "error";

/**
 * How a resource stands: `drifted`, it has a confirmed change; `missing`, declared and not there; `unmanaged`,
 * there and not declared; `moved`, found under another key; `pending_create` and `pending_delete`, declared so and
 * not yet done; `not_checked`, for a `Reason`.
 */
export type Status =
  | "in_sync"
  | "drifted"
  | "missing"
  | "unmanaged"
  | "moved"
  | "pending_create"
  | "pending_delete"
  | "not_checked";

/** How the resource of a finding stands. */
export type FindingStatus = "drifted" | "missing" | "unmanaged" | "moved";

/**
 * How the sides differ: only actual has it (`added`), only desired has it (`removed`), both have it with different
 * values (`changed`), or in another order where order matters (`moved`).
 */
export type Kind = "added" | "removed" | "changed" | "moved";

/**
 * What a difference amounts to. Confirmed: `drift`, and `conflict`, changed on both sides. Listed on their own:
 * `pending`, not yet applied; `undeclared`; `unknown`, not comparable. Suppressed: the others.
 */
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

/** How bad it is, the worst first. */
export type Severity = "critical" | "high" | "medium" | "low" | "info";

/**
 * How sure it is that a difference is one: `high`, rules, packs or schemas say how values of the type compare;
 * `medium`, nothing is known of the type; `low`, a key of a list was guessed.
 */
export type Confidence = "high" | "medium" | "low";

/** Why something was not checked, or could not be read. */
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
 * Where a rule comes from; a later one wins over an earlier one: a pack generated from published schemas, a pack
 * written by hand, a schema that the user loaded, a mapping, the user's own rule.
 */
export type RuleLayer = "generated_pack" | "pack" | "schema" | "mapping" | "user";

/** What kind of thing acted: `service` is one of the provider, or a component of a cluster. */
export type ActorKind = "person" | "automation" | "provider" | "service" | "unknown";

/** What kind of cause a change has; `third_party` is somebody outside: another account. */
export type CauseKind = "person" | "automation" | "provider" | "third_party" | "unknown";

/**
 * How sure it is who made a change: what was written names the path (`exact`), it is about the resource
 * (`candidate`), several may have done it (`ambiguous`), or nothing tells (`unknown`).
 */
export type AttributionStatus = "exact" | "candidate" | "ambiguous" | "unknown";

/** Why no event tells who made a change. */
export type Unattributed =
  | "no_events"
  | "no_log_for_scope"
  | "no_event_for_resource"
  | "no_event_in_window";

/** Who ought to hear of a finding: a person at once (`page`), somebody in working hours (`ticket`), nobody (`log`). */
export type Destination = "page" | "ticket" | "log";

/** What is wrong with a tag; `alias_used` is that it stands under another name. */
export type TagProblem = "missing" | "not_allowed" | "alias_used";

/** One of the two sides that are compared. */
export type Side = "desired" | "actual";

/** How soon to look at a finding, the soonest first. */
export type PriorityLevel = "p0" | "p1" | "p2" | "p3";

/** How much hangs on a resource, as the user says. */
export type CriticalityLevel = "critical" | "normal" | "low";

/** What a violation of a policy calls for; a later one asks for more than an earlier one. */
export type Enforcement = "observe" | "warn" | "require_approval" | "enforce";

/** How a snapshot stands to one resource of a fleet. */
export type ParityCell = "alike" | "outlier" | "differs" | "absent" | "not_checked";

/** What holding snapshots against each other comes to; a later one outweighs an earlier one. */
export type ParityVerdict = "alike" | "partial" | "different";

/** How a check of readiness comes out; a later one outweighs an earlier one. */
export type CheckStatus = "ok" | "not_checked" | "warn" | "fail";

/**
 * What a `DriftError` is about, the same in every language: a document that cannot be read (`DRIFT_PARSE`), a
 * bound that was passed (`DRIFT_LIMIT`), a fault of the engine (`DRIFT_INTERNAL`) and so on. Codes are never
 * renamed.
 */
export type ErrorCode =
  | "DRIFT_PARSE"
  | "DRIFT_LIMIT"
  | "DRIFT_STOPPED"
  | "DRIFT_DUPLICATE_FIELD"
  | "DRIFT_DUPLICATE_KEY"
  | "DRIFT_FORMAT"
  | "DRIFT_NO_RESOURCES"
  | "DRIFT_RULE"
  | "DRIFT_POLICY"
  | "DRIFT_MAPPING"
  | "DRIFT_PATH"
  | "DRIFT_TIME"
  | "DRIFT_OPTION"
  | "DRIFT_ADDRESS"
  | "DRIFT_NO_DOCUMENTS"
  | "DRIFT_WIRE"
  | "DRIFT_INTERNAL";
