// Many snapshots held against each other, tag policies, and what is missing before an estate is ready.
import { fileURLToPath } from "node:url";
import * as native from "../native/index.js";
import { Answer } from "./answer.js";
import { flagOf, objectOf, only, stringOf, textOf } from "./arguments.js";
import { guarded } from "./error.js";
import { noName, textIn } from "./files.js";
import { stringify } from "./json.js";
import { optionsJson } from "./source.js";
import type {
  CheckStatus,
  Json,
  ParityCell,
  ParityVerdict,
  Reason,
  ResourceRef,
  RuleUsage,
  Step,
  Warning,
} from "./types.js";

/** What is demanded of one tag. */
export interface TagDemand {
  /** The name of the tag. */
  key: string;
  /** Whether it has to be there; true by default. */
  required?: boolean;
  /** Other names, the first that is there counts. */
  aliases?: readonly string[];
  /** `report`: an alias is a violation; `accept` by default. */
  alias?: "accept" | "report";
  /** Whether letters of the name count as they are; where nobody says, names of Azure are the same in any case. */
  case?: "exact" | "any";
  /** What the value may be, as globs. */
  values?: readonly (string | number | boolean)[];
  /** Has to match the whole value. */
  regex?: string;
  /** Which resources it is demanded of, as globs; all where nobody says. */
  match?: {
    provider?: string | readonly string[];
    type?: string | readonly string[];
    id?: string | readonly string[];
    scope?: Record<string, string | readonly string[]>;
  };
  /** Why; it stands in the violation. */
  reason?: string;
  /** Who demands it. */
  owner?: string;
}

/** A tag policy: a `file:` URL, YAML or JSON text, `{version, tags}`, or the list of entries alone. */
export type TagsSource =
  | URL
  | string
  | { version?: number; tags: readonly TagDemand[] }
  | readonly TagDemand[];

/** A tag policy as the engine reads it; a file keeps its name for errors. */
export function tagsOf(given: TagsSource | undefined): unknown {
  if (given instanceof URL) return { file: fileURLToPath(given), text: textIn(given) };
  noName(given);
  return given === undefined || given === null ? undefined : textOf("`tags`", given);
}

/** What one snapshot calls its own: `{ region: "eu-west-1" }`. */
export type Substitutions = Record<string, string | number | readonly (string | number)[]>;

/** A difference that may be: where, in which snapshots, whose decision, until when. */
export interface Allow {
  /** The path, as rules write it, and all below; without one it is the resource as a whole. */
  path?: string;
  /** The provider; any where nobody says. */
  provider?: string;
  /** The type of the resources; any where nobody says. */
  type?: string;
  /** The id or the address; any where nobody says. */
  id?: string;
  /** The snapshots that may differ; any where nobody says. */
  snapshots?: readonly string[];
  /** Why it may be. */
  reason: string;
  /** Whose decision it is. */
  owner?: string;
  /** Until when: a time, or a date alone. */
  expires?: string;
}

/** Options of holding snapshots against each other. */
export interface ParityOptions {
  /** The snapshot that the others are held against; without one it is what most have. */
  baseline?: string;
  /** By snapshot: one placeholder stands for what each calls its own. */
  substitutions?: Record<string, Substitutions>;
  /** Differences that may be. */
  allow?: readonly Allow[];
  /** The fields of the scope in which the snapshots differ; found out where nobody says. */
  varying?: readonly string[];
  /** When it is made; now by default. */
  at?: Date | string;
  /** `full` lists resources that are alike as well. */
  detail?: "summary" | "full";
}

/** The options that the engine reads. */
export function parityJson(options: ParityOptions): string {
  const { baseline, substitutions, allow, varying } = options;
  const given = { baseline, substitutions, allow, varying };
  return stringify(Object.fromEntries(Object.entries(given).filter(([, it]) => it !== undefined)));
}

/** Snapshots that have the same at a path. */
export interface ParityGroup {
  /** Whether something is there. */
  present: boolean;
  /** Null where nothing is there, and for a resource as a whole. */
  value: Json;
  /** The names of the snapshots. */
  snapshots: string[];
  /** Whether it is that of the baseline, or of more than half. */
  usual: boolean;
}

/** One path of a resource in all snapshots; the empty path is the resource itself. */
export interface ParityRow {
  /** The path, in the form that rules accept. */
  path: string;
  /** The path, step by step. */
  steps: Step[];
  /** What the snapshots have there, those with the same together. */
  groups: ParityGroup[];
  /** The snapshots that have something else than the usual. */
  outliers: string[];
  /** Whether no group has more than half of the snapshots. */
  tie: boolean;
  /** Why it may be. */
  allowed: { reason: string; owner: string | null; until: string | null } | null;
}

/** One resource in all snapshots. */
export interface ParityResource {
  /** The resource. */
  resource: ResourceRef;
  /** How each snapshot stands to it, by name. */
  snapshots: Record<string, ParityCell>;
  /** How many paths were compared. */
  compared: number;
  /** The paths at which something differs. */
  rows: ParityRow[];
}

/** One snapshot among the others. */
export interface MemberCounts {
  /** Its name. */
  name: string;
  /** How many resources it has, derived and ignored ones left out. */
  resources: number;
  /** How many it does not have that others do. */
  absent: number;
  /** Of how many it was not asked, or could not tell. */
  notChecked: number;
  /** @deprecated The name of the JSON, for `notChecked`. */
  not_checked: number;
  /** In how many rows it is an outlier. */
  outliers: number;
  /** The part of the compared paths in which it is no outlier, from 0 to 1; null where nothing was compared. */
  score: number | null;
}

/** What may differ, and how often it did. */
export interface Allowance {
  /** The path, and all below. */
  path: string | null;
  /** The provider; null for any. */
  provider: string | null;
  /** The type of the resources; null for any. */
  type: string | null;
  /** The id or the address; null for any. */
  id: string | null;
  /** The snapshots that may differ; empty for any. */
  snapshots: string[];
  /** Why it may be. */
  reason: string;
  /** Whose decision it is. */
  owner: string | null;
  /** Until when. */
  expires: string | null;
  /** Whether that is past: it allows nothing any more. */
  expired: boolean;
  /** In how many rows it was used. */
  used: number;
}

/** A resource of which a snapshot could not tell. */
export interface Unheld {
  /** The resource. */
  resource: ResourceRef;
  /** The name of the snapshot. */
  snapshot: string;
  /** Why. */
  reason: Reason;
  /** The provider's own words, or which resources are meant. */
  detail: string | null;
}

/** Counts of everything. */
export interface ParitySummary {
  /** Resources, each counted once: `compared`, `alike`, `different`, `ignored`, `not_checked`, `derived`. */
  resources: Record<string, number>;
  /** Paths inside resources: `compared`, `agreed`, `allowed`, `differing`, `unknown`. */
  paths: Record<string, number>;
  /** 1 where all are alike; null where nothing was compared. */
  score: number | null;
}

/** Many snapshots held against each other; from `compareMany`, or from JSON. */
export class Parity extends Answer<native.NativeParity> {
  private constructor(parity: native.NativeParity) {
    super(parity, "a Parity comes from compareMany or from Parity.fromJson");
  }

  /** @internal */
  static of(parity: native.NativeParity): Parity {
    return new Parity(parity);
  }

  /** Reads what `toJson` has written. */
  static fromJson(text: string): Parity {
    const json = stringOf("`text`", text);
    return guarded(() => new Parity(native.NativeParity.fromJson(json)));
  }

  /** The verdict as the exit code of a process: 0 alike, 1 different, 3 partial. */
  exitCode(): number {
    return this.native.exitCode();
  }

  /** What it comes to. */
  get verdict(): ParityVerdict {
    return this.get("verdict");
  }

  /** Whether something that ought to be comparable was not. */
  get partial(): boolean {
    return this.get("partial");
  }

  /** When it was made. */
  get comparedAt(): string {
    return this.get("compared_at");
  }

  /** The snapshot that the others were held against; null where that is what most have. */
  get baseline(): string | null {
    return this.get("baseline");
  }

  /** The fields of the scope in which the snapshots differ. */
  get varying(): string[] {
    return this.get("varying");
  }

  /** Counts of everything. */
  get summary(): ParitySummary {
    return this.get("summary");
  }

  /** The part of the compared paths that do not differ, or may. */
  get score(): number | null {
    return this.summary.score;
  }

  /** The snapshots, by name. */
  get snapshots(): MemberCounts[] {
    return this.get("snapshots");
  }

  /** Resources of which something differs; with full detail all of them. */
  get resources(): ParityResource[] {
    return this.get("resources");
  }

  /** What of a snapshot could not be held against the others. */
  get notChecked(): Unheld[] {
    return this.get("not_checked");
  }

  /** What may differ, and how often it did. */
  get allowances(): Allowance[] {
    return this.get("allowances");
  }

  /** What rules did. */
  get ruleUsage(): RuleUsage[] {
    return this.get("rule_usage");
  }

  /** What a reader should know. */
  get warnings(): Warning[] {
    return this.get("warnings");
  }

  /** @internal */
  protected override told(): string {
    return `${this.verdict}, ${this.snapshots.length} snapshots`;
  }
}

/** What an estate ought to reach: ratios from 0 to 1, and ages such as `15m`. */
export interface Objectives {
  /** The part of the expected resources that were checked. */
  coverage?: number;
  /** The part of the live resources that are declared. */
  iac?: number;
  /** The part of the resources that have an owner. */
  owned?: number;
  /** The part of the resources that are tagged as the policy wants it. */
  tags?: number;
  /** How old the live side may be. */
  maxAge?: string;
  /** How old the baseline may be. */
  maxBaselineAge?: string;
}

/** The objectives that the engine reads. */
export function objectivesJson(objectives: Objectives | undefined): string {
  return optionsJson(objectOf("`objectives`", objectives ?? {}));
}

/** One check of what is missing. */
export interface Check {
  /** A stable word. */
  id: string;
  /** How it comes out. */
  status: CheckStatus;
  /** What was found. */
  message: string;
  /** What to do about it; null where it is as it should be. */
  help: string | null;
  /** What is meant, by name: resources, types, rules, places. */
  items: string[];
}

/** What is missing before an estate is ready; from `doctor`, or from JSON. */
export class Readiness extends Answer<native.NativeReadiness> {
  private constructor(readiness: native.NativeReadiness) {
    super(readiness, "a Readiness comes from doctor or from Readiness.fromJson");
  }

  /** @internal */
  static of(readiness: native.NativeReadiness): Readiness {
    return new Readiness(readiness);
  }

  /** Reads what `toJson` has written. */
  static fromJson(text: string): Readiness {
    const json = stringOf("`text`", text);
    return guarded(() => new Readiness(native.NativeReadiness.fromJson(json)));
  }

  /** 1 where a check fails, else 0; where it is strict, 1 for all that is not ok. */
  exitCode(options: { strict?: boolean } = {}): number {
    return this.native.exitCode(flagOf("`strict`", only(options, ["strict"]).strict));
  }

  /** Whether no check fails. */
  get ready(): boolean {
    return this.get("ready");
  }

  /** That of the worst check. */
  get status(): CheckStatus {
    return this.get("status");
  }

  /** When it was checked. */
  get checkedAt(): string {
    return this.get("checked_at");
  }

  /** How many checks came out how. */
  get counts(): { [status in CheckStatus]?: number } {
    return this.get("counts");
  }

  /** The checks, in their order. */
  get checks(): Check[] {
    return this.get("checks");
  }

  /** @internal */
  protected override told(): string {
    return `${this.status}, ${this.checks.length} checks`;
  }
}
