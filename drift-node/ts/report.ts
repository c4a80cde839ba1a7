// The answer to a detection, with what it found as objects.
import { inspect, types } from "node:util";
import type * as native from "../native/index.js";
import * as loaded from "../native/index.js";
import { colorOf } from "./answer.js";
import { expected, kindOf, listOf, objectOf, only, stringOf } from "./arguments.js";
import { renamed } from "./camel.js";
import { Entry, type Fields, type IgnoreRule } from "./entry.js";
import { DriftError, guarded } from "./error.js";
import { Explanation } from "./explanation.js";
import { parse } from "./json.js";
import { TOLD } from "./memory.js";
import type { PolicyError, PolicyUsage, PolicyViolation } from "./policy-types.js";
import { worked } from "./queue.js";
import type { Sides } from "./sides.js";
import { optionsJson } from "./source.js";
import type {
  Accepted,
  Attribution,
  Disposition,
  FindingQuery,
  Json,
  Kind,
  NotChecked,
  Ownership,
  Priority,
  ResourceRef,
  Route,
  RuleUsage,
  SharedCause,
  Status,
  Step,
  Summary,
  TagViolation,
  Verdict,
  Warning,
} from "./types.js";
import { DiffView, type ViewOptions, viewJson } from "./view.js";

/** A difference at one path. */
export class Change extends Entry {
  /** How the resource stands, outside the findings. */
  get status(): Status | null {
    return this.get("status");
  }

  /** The resource, outside the findings. */
  get resource(): ResourceRef | null {
    return this.get("resource");
  }

  /** The path, in the form that rules accept. */
  get path(): string {
    return this.get("path");
  }

  /** The path, step by step. */
  get steps(): Step[] {
    return this.get("steps");
  }

  /** JSON Pointer (RFC 6901) into desired's attributes, else into actual's. */
  get pointer(): string | null {
    return this.get("pointer");
  }

  /** JSON Pointer into desired's attributes. */
  get desiredPointer(): string | null {
    return this.get("desired_pointer");
  }

  /** JSON Pointer into actual's attributes. */
  get actualPointer(): string | null {
    return this.get("actual_pointer");
  }

  /** How the sides differ. */
  get kind(): Kind {
    return this.get("kind");
  }

  /** What the difference amounts to. */
  get disposition(): Disposition {
    return this.get("disposition");
  }

  /** The declared value; null where there is none. */
  get desired(): Json {
    return this.get("desired");
  }

  /** The live value; null where there is none. */
  get actual(): Json {
    return this.get("actual");
  }

  /** What was last applied; null where there is nothing. */
  get reference(): Json {
    return this.get("reference");
  }

  /** Why it is what it is. */
  get reason(): string {
    return this.get("reason");
  }

  /** Who wrote the live value. */
  get attribution(): Attribution | null {
    return renamed(this.get("attribution"), "attribution") as Attribution | null;
  }

  /** How much of a tolerance was used, in percent. */
  get marginUsed(): string | null {
    return this.get("margin_used");
  }

  /** Whether it is unknown because the provider never returns the value. */
  get writeOnly(): boolean {
    return this.get<boolean | null>("write_only") ?? false;
  }

  /** Whether a rule of the user's watches the value, what it lies in, or what it holds. */
  get watched(): boolean {
    return this.get<boolean | null>("watched") ?? false;
  }

  /** Who accepted it. */
  get accepted(): Accepted | null {
    return this.get("accepted");
  }

  /** Binds an acceptance to this very change. */
  get digest(): string | null {
    return this.get("digest");
  }

  /** `no_key` where a secret is involved and no `digestKey` was given. */
  get digestAbsent(): "no_key" | null {
    return this.get("digest_absent");
  }
}

/** A resource that needs attention. */
export class Finding extends Entry {
  /** What differs. */
  declare readonly changes: readonly Change[];

  constructor(fields: Fields, ignore: IgnoreRule, changes: Change[]) {
    super(fields, ignore);
    Object.defineProperty(this, "changes", { value: changes });
  }

  /** `drifted`, `missing`, `unmanaged` or `moved`. */
  get status(): Status {
    return this.get("status");
  }

  /** The resource. */
  get resource(): ResourceRef {
    return this.get("resource");
  }

  /** How soon to look. */
  get priority(): Priority {
    return this.get("priority");
  }

  /** Whose it is. */
  get owner(): string | null {
    return this.get("owner");
  }

  /** Who says so and who disagrees, where a map of owners was given. */
  get ownership(): Ownership | null {
    return this.get("ownership");
  }

  /** Where it goes: a page, a ticket or a log. */
  get route(): Route | null {
    return this.get("route");
  }

  /** The address that actual still has, where it differs from desired's. */
  get movedFrom(): string | null {
    return this.get("moved_from");
  }

  /** Binds an acceptance to how the resource stands, where it is missing, moved or unmanaged. */
  get digest(): string | null {
    return this.get("digest");
  }

  /** Who deleted or created it, where it is missing or unmanaged. */
  get attribution(): Attribution | null {
    return renamed(this.get("attribution"), "attribution") as Attribution | null;
  }

  /** How many live resources go back to this one. */
  get derived(): number {
    return this.get("derived");
  }
}

/** A page of findings, in the order of the report. */
export interface FindingPage {
  /** The findings of this page. */
  items: readonly Finding[];
  /** How many there are on all pages. */
  total: number;
  /** What to ask for the next page with; null on the last one. */
  cursor: string | null;
}

type Lists = "pending" | "undeclared" | "suppressed" | "unknown";

/** The answer to one detection. */
export class Report {
  /** @internal */
  declare readonly native: native.NativeReport;
  /** @internal What it was made from. */
  declare readonly documents: Sides | undefined;
  readonly #native: native.NativeReport;
  readonly #sections = new Map<string, unknown>();
  #findings: Finding[] | undefined;
  /** Those that somebody has asked for, by their places. */
  readonly #known = new Map<number, Finding>();
  readonly #lists = new Map<Lists, Change[]>();

  private constructor(report: native.NativeReport, documents?: Sides) {
    if (!(report instanceof loaded.NativeReport))
      throw new TypeError("a Report comes from detect or from Report.fromJson");
    this.#native = report;
    // Not enumerable: nothing of it is printed.
    Object.defineProperty(this, "native", { value: report });
    // The native half holds them as well, and the collector knows by their objects what they weigh.
    Object.defineProperty(this, "documents", { value: documents });
    report.weigh(TOLD);
  }

  /** @internal */
  static of(report: native.NativeReport, documents?: Sides): Report {
    return new Report(report, documents);
  }

  /** Reads what `toJson` has written. Such a report has no documents to explain itself from. */
  static fromJson(text: string): Report {
    const json = stringOf("`text`", text);
    return guarded(() => new Report(loaded.NativeReport.fromJson(json)));
  }

  /** The report as JSON, the same bytes in every language. */
  toJson(): string {
    return guarded(() => this.#native.toJson());
  }

  /**
   * The bytes of that JSON, written off the event loop: for reports that are large, or sent on as they are. Nothing
   * of it passes through a string.
   */
  async toBuffer(options: { signal?: AbortSignal } = {}): Promise<Buffer> {
    const { signal } = only(options, ["signal"]);
    return await worked(async (stop) => await this.#native.toBuffer(stop), signal);
  }

  /** For `JSON.stringify`: the report in the form of its JSON. Numbers are JavaScript's there. */
  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }

  /**
   * The report in the form of its JSON, as an object of the caller's own. An integer that a number
   * cannot hold is a `bigint`; `__proto__` and `constructor` are fields like any other.
   */
  toObject(): Record<string, unknown> {
    return parse(this.toJson()) as Record<string, unknown>;
  }

  /** The JSON without what depends on the order of things in their documents. */
  semanticJson(): string {
    return guarded(() => this.#native.semanticJson());
  }

  /** The report for a terminal or a log. */
  toText(options: { color?: boolean } = {}): string {
    return guarded(() => this.#native.toText(colorOf(options)));
  }

  /** The report for a pull request. */
  toMarkdown(): string {
    return guarded(() => this.#native.toMarkdown());
  }

  toString(): string {
    return this.toText();
  }

  [inspect.custom](): string {
    return `Report ${this.verdict}, ${this.#native.length("findings")} findings`;
  }

  /**
   * The verdict as the exit code of a process. `diff`: 0 in sync, 1 drift, 2 error, 3 partial.
   * `terraform`: 0, 2, 1, and 1 for partial.
   */
  exitCode(style: "diff" | "terraform" = "diff"): number {
    const name = stringOf("`style`", style);
    return guarded(() => this.#native.exitCode(name));
  }

  /** Everything about one path of one resource, off the event loop. */
  async explain(
    address: string,
    path: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Explanation> {
    const place = [stringOf("`address`", address), stringOf("`path`", path)] as const;
    const { signal } = only(options, ["signal"]);
    return Explanation.of(await worked(async () => await this.#native.explain(...place), signal));
  }

  /** As `explain`, on this thread. */
  explainSync(address: string, path: string): Explanation {
    const place = [stringOf("`address`", address), stringOf("`path`", path)] as const;
    return guarded(() => Explanation.of(this.#native.explainSync(...place)));
  }

  /**
   * Both sides of the resource of a finding, or of a change, by its fingerprint, off the event loop. A report
   * that was read from JSON or merged has no documents to show: `DRIFT_NO_DOCUMENTS`.
   */
  async diffView(
    fingerprint: string,
    options: ViewOptions & { signal?: AbortSignal } = {},
  ): Promise<DiffView> {
    const { signal, ...view } = objectOf("the options", options);
    const asked = [stringOf("`fingerprint`", fingerprint), viewJson(view)] as const;
    const found = async () => await this.#native.diffView(...asked);
    return DiffView.of(await worked(found, signal));
  }

  /** As `diffView`, on this thread. */
  diffViewSync(fingerprint: string, options: ViewOptions = {}): DiffView {
    const asked = [stringOf("`fingerprint`", fingerprint), viewJson(options)] as const;
    return guarded(() => DiffView.of(this.#native.diffViewSync(...asked)));
  }

  /**
   * Some of the findings, in the order of the report: those that fit all fields of the query. The next page is
   * asked for with the `cursor` of this one, which holds for the same report and the same query; with any
   * other it is a `DriftError`.
   *
   * ```js
   * const { items, total, cursor } = report.query({ severity: ">=high", status: "missing", limit: 20 });
   * ```
   */
  query(query: FindingQuery = {}): FindingPage {
    const json = optionsJson(objectOf("`query`", query));
    const page = JSON.parse(guarded(() => this.#native.query(json)));
    const items = this.#at(page.places);
    return { items, total: page.total, cursor: page.cursor };
  }

  /**
   * One page after the other.
   *
   * ```js
   * for (const page of report.pages({ owner: "team-a", limit: 50 })) send(page.items);
   * ```
   */
  *pages(query: FindingQuery = {}): Generator<FindingPage, void, undefined> {
    let { cursor } = objectOf("`query`", query);
    do {
      const page = this.query({ ...query, cursor });
      yield page;
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** A part that is no list of entries; read once, when somebody asks for it. */
  #get<T>(name: string): T {
    if (!this.#sections.has(name)) {
      const section = parse(guarded(() => this.#native.section(name))) as Json;
      this.#sections.set(name, renamed(section, name));
    }
    return this.#sections.get(name) as T;
  }

  #entries(list: Lists | "findings"): Fields[] {
    return parse(guarded(() => this.#native.entries(list))) as Fields[];
  }

  /** The findings at some places; the others are not read for them. */
  #at(places: number[]): Finding[] {
    const unread = places.filter((place) => !this.#known.has(place));
    const texts = guarded(() => this.#native.findings(unread));
    const read = new Map(unread.map((place, n) => [place, parse(texts[n] ?? "[]") as Fields[]]));
    return places.map((place) => this.#finding(read.get(place)?.[0] ?? {}, place));
  }

  /** The finding at a place, always the same object. */
  #finding(fields: Fields, at: number): Finding {
    let finding = this.#known.get(at);
    if (!finding) {
      const changes = (fields.changes as Fields[]).map(
        (change, n) => new Change(change, () => this.#native.ignoreRule(at, n)),
      );
      finding = new Finding(fields, () => this.#native.ignoreRule(at), changes);
      this.#known.set(at, finding);
    }
    return finding;
  }

  /** The version of the JSON. */
  get schemaVersion(): string {
    return this.#get("schema_version");
  }

  /** What it comes to. */
  get verdict(): Verdict {
    return this.#get("verdict");
  }

  /** Whether something that ought to be comparable was not. */
  get partial(): boolean {
    return this.#get("partial");
  }

  /** Whether everything declared was compared, and nothing confirmed differs. */
  get inSync(): boolean {
    return this.verdict === "in_sync";
  }

  /** When the detection was made. */
  get detectedAt(): string {
    return this.#get("detected_at");
  }

  /** Counts of everything. */
  get summary(): Summary {
    return this.#get("summary");
  }

  /** Resources that drifted, are missing, unmanaged or moved. */
  get findings(): readonly Finding[] {
    this.#findings ??= this.#entries("findings").map((fields, at) => this.#finding(fields, at));
    return this.#findings;
  }

  /** What findings of several resources go back to, those that reach furthest first. */
  get causes(): SharedCause[] {
    return this.#get("causes");
  }

  #list(name: Lists): readonly Change[] {
    let list = this.#lists.get(name);
    if (!list) {
      list = this.#entries(name).map(
        (fields, n) => new Change(fields, () => this.#native.ignoreRuleOf(name, n)),
      );
      this.#lists.set(name, list);
    }
    return list;
  }

  /** What desired is ahead with. */
  get pending(): readonly Change[] {
    return this.#list("pending");
  }

  /** What is live and not declared. */
  get undeclared(): readonly Change[] {
    return this.#list("undeclared");
  }

  /** What was accepted or tolerated and, in full detail, what rules left out. */
  get suppressed(): readonly Change[] {
    return this.#list("suppressed");
  }

  /** What cannot be compared. */
  get unknown(): readonly Change[] {
    return this.#list("unknown");
  }

  /** Resources that were not checked, and why. */
  get notChecked(): NotChecked[] {
    return this.#get("not_checked");
  }

  /** What is wrong with tags, where a tag policy was given. */
  get tagViolations(): TagViolation[] {
    return this.#get("tag_violations");
  }

  /** What policies forbid, whether it has drifted or not. */
  get policyViolations(): PolicyViolation[] {
    return this.#get("policy_violations");
  }

  /** Rules of policies that could not be evaluated. */
  get policyErrors(): PolicyError[] {
    return this.#get("policy_errors");
  }

  /** What policies did. */
  get policyUsage(): PolicyUsage[] {
    return this.#get("policy_usage");
  }

  /** What rules did. */
  get ruleUsage(): RuleUsage[] {
    return this.#get("rule_usage");
  }

  /** The packs that the detector knew, each with its version: a digest of what it says. */
  get packs(): Record<string, string> {
    return this.#get("packs");
  }

  /** What a reader should know. */
  get warnings(): Warning[] {
    return this.#get("warnings");
  }
}

/** A part of a detection: redacted, serialisable, mergeable with others in any order. */
export class Partial {
  /** @internal */
  declare readonly native: native.NativePartial;

  private constructor(partial: native.NativePartial) {
    if (!(partial instanceof loaded.NativePartial))
      throw new TypeError("a Partial comes from a Detector or from Partial.fromJson");
    Object.defineProperty(this, "native", { value: partial });
  }

  /** @internal */
  static of(partial: native.NativePartial): Partial {
    return new Partial(partial);
  }

  /** Reads what `toJson` has written. */
  static fromJson(text: string): Partial {
    const json = stringOf("`text`", text);
    return guarded(() => new Partial(loaded.NativePartial.fromJson(json)));
  }

  /** The part as JSON. */
  toJson(): string {
    return guarded(() => this.native.toJson());
  }

  /** For `JSON.stringify`. */
  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }

  /** Both parts as one. */
  merge(other: Partial): Partial {
    if (!(other instanceof Partial)) throw expected("`other`", "a Partial", other);
    return guarded(() => new Partial(this.native.merge(other.native)));
  }
}

/**
 * The report on one part, or on several put together. Where parts of a detection are missing it is partial, with the
 * warning `parts_missing`; a part that comes twice counts once.
 */
export function finish(parts: Partial | Iterable<Partial>, at?: Date | string): Report {
  const given = parts instanceof Partial ? [parts] : listOf("`parts`", "Partials", parts);
  for (const part of given)
    if (!(part instanceof Partial)) throw expected("`parts`", "Partials", part);
  const [first, ...rest] = given;
  if (!first) throw new TypeError("finish() needs at least one part");
  const whole = rest.reduce((merged, part) => merged.merge(part), first);
  return guarded(() => Report.of(whole.native.finish(timeText(at))));
}

/** When a detection is made: now where nobody says. */
export function timeText(at: Date | string | undefined): string {
  if (typeof at === "string") return stringOf("`at`", at);
  if (at !== undefined && !types.isDate(at)) {
    throw new TypeError(`a time is a Date or a string, not ${kindOf(at)}`);
  }
  if (at && Number.isNaN(at.getTime())) {
    throw new DriftError({ code: "DRIFT_TIME", message: "the date is not a time" });
  }
  return (at ?? new Date()).toISOString();
}
