// What was normal at one time, and what several reports tell together.
import type * as native from "../native/index.js";
import * as loaded from "../native/index.js";
import { expected, listOf, numberOf, only, stringOf } from "./arguments.js";
import { camelCase } from "./camel.js";
import { guarded } from "./error.js";
import { parse } from "./json.js";
import { Change, Finding, Report, timeText } from "./report.js";
import { optionsJson } from "./source.js";
import type { Acceptance, Json, RuleHistory, Suggestion } from "./types.js";

/** What is promoted: a change, a finding, or the fingerprint of one. */
export type Chosen = Change | Finding | string;

/** Who accepts, why, and until when. */
export interface Promotion {
  /** Who accepts. */
  by: string;
  /** Why. */
  reason: string;
  /** A time, or a date alone, which holds to its end. */
  expires?: Date | string;
}

/**
 * What was normal at one time, and what has been accepted since. It comes from `Detector.baseline` or
 * `Baseline.fromJson`, is meant to be kept under version control as its `toJson`, and is the `reference`
 * of later detections.
 */
export class Baseline {
  /** @internal */
  declare readonly native: native.NativeBaseline;

  private constructor(baseline: native.NativeBaseline) {
    if (!(baseline instanceof loaded.NativeBaseline))
      throw new TypeError("a Baseline comes from a Detector or from Baseline.fromJson");
    Object.defineProperty(this, "native", { value: baseline });
  }

  /** @internal */
  static of(baseline: native.NativeBaseline): Baseline {
    return new Baseline(baseline);
  }

  /** Reads what `toJson` has written. */
  static fromJson(text: string): Baseline {
    const json = stringOf("`text`", text);
    return guarded(() => new Baseline(loaded.NativeBaseline.fromJson(json)));
  }

  /** The baseline as JSON, sorted, the same bytes in every language. */
  toJson(): string {
    return guarded(() => this.native.toJson());
  }

  /** For `JSON.stringify`. */
  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }

  /**
   * A new baseline, with acceptances of what a person has chosen in a report: changes, findings, or
   * fingerprints of these. Each is bound to the very values.
   */
  promote(report: Report, changes: Chosen | Iterable<Chosen>, promotion: Promotion): Baseline {
    if (!(report instanceof Report)) throw expected("`report`", "a Report", report);
    // One that ends would hold for good where its end is misspelt.
    const { by, reason, expires } = only(promotion, ["by", "reason", "expires"]);
    const until = expires === undefined ? null : timeText(expires);
    const texts = [stringOf("`by`", by), stringOf("`reason`", reason)] as const;
    const prints = chosen(changes).map((one) =>
      stringOf("a fingerprint", typeof one === "object" && one !== null ? one.fingerprint : one),
    );
    return guarded(() => new Baseline(this.native.promote(report.native, prints, ...texts, until)));
  }

  /** How many resources it holds. */
  get length(): number {
    return this.native.length;
  }

  /** When it was taken. */
  get takenAt(): string {
    return this.native.takenAt;
  }

  /** The revision that the documents were read at. */
  get revision(): string | null {
    return this.native.revision ?? null;
  }

  /** The versions of the packs that it was recorded with, by name. */
  get packs(): Record<string, string> {
    return this.native.packs;
  }

  /** What has been accepted since it was taken. */
  get acceptances(): Acceptance[] {
    return parse(this.native.acceptancesJson()) as unknown as Acceptance[];
  }

  /** How old it is, in milliseconds; now where nobody says when. */
  age(at?: Date | string): number {
    return guarded(() => this.native.age(timeText(at)));
  }

  /** How much there is, and nothing of what it holds. */
  toString(): string {
    return `Baseline of ${this.length} resource${this.length === 1 ? "" : "s"}, ${this.takenAt}`;
  }
}

function chosen(changes: Chosen | Iterable<Chosen>): Chosen[] {
  const one =
    typeof changes === "string" || changes instanceof Change || changes instanceof Finding;
  return one ? [changes] : listOf("`changes`", "changes, findings or fingerprints", changes);
}

/** @internal */
export function nativesOf(reports: Report | Iterable<Report>): native.NativeReport[] {
  return (reports instanceof Report ? [reports] : listOf("`reports`", "Reports", reports)).map(
    (report) => {
      if (!(report instanceof Report)) throw expected("`reports`", "Reports", report);
      return report.native;
    },
  );
}

/** What each rule has done over several reports, in any order. */
export function ruleUsage(reports: Report | Iterable<Report>): RuleHistory[] {
  const found = guarded(() => loaded.ruleUsage(nativesOf(reports)));
  return camelCase(parse(found) as Json) as unknown as RuleHistory[];
}

/**
 * The smallest rules that would have hidden what keeps coming back: changes that stand in `atLeast` of
 * the reports (3 by default), the last one among them. Secrets, what packs watch, what is critical or about
 * security, and whole resources are never suggested.
 */
export function noiseSuggestions(
  reports: Iterable<Report>,
  options: { atLeast?: number } = {},
): Suggestion[] {
  const { atLeast = 3 } = only(options, ["atLeast"]);
  const json = optionsJson({ atLeast: numberOf("`atLeast`", atLeast) });
  const found = guarded(() => loaded.noiseSuggestions(nativesOf(reports), json));
  return camelCase(parse(found) as Json) as unknown as Suggestion[];
}
