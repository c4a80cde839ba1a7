/**
 * Finds, explains and ranks infrastructure drift: declared against running.
 *
 * ```js
 * import { detect } from "drift-node";
 * const report = await detect(desiredBuffer, actualBuffer);
 * console.log(report.verdict, report.toText());
 * ```
 *
 * @module
 */
import { version as nativeVersion } from "../native/index.js";

export { Baseline, type Chosen, noiseSuggestions, type Promotion, ruleUsage } from "./baseline.js";
export {
  type BaselineOptions,
  compareMany,
  compareManySync,
  type DetectOptions,
  Detector,
  type DetectorOptions,
  type DoctorOptions,
  detect,
  detectSync,
  doctor,
  doctorSync,
  preview,
} from "./detector.js";
export { DriftError, type DriftErrorFields } from "./error.js";
export { Events, type EventsSource } from "./events.js";
export { Explanation } from "./explanation.js";
export {
  type Allow,
  type Allowance,
  type Check,
  type MemberCounts,
  type Objectives,
  Parity,
  type ParityCell,
  type ParityGroup,
  type ParityOptions,
  type ParityResource,
  type ParityRow,
  type ParitySummary,
  Readiness,
  type Substitutions,
  type TagDemand,
  type TagsSource,
  type Unheld,
} from "./fleet.js";
export { OwnerMap, type OwnersSource } from "./owners.js";
export { Policies, type PoliciesSource } from "./policies.js";
export type * from "./policy-types.js";
export type { Progress, ProgressOptions } from "./progress.js";
export { type Activity, type Concurrency, concurrency } from "./queue.js";
export { Change, Finding, type FindingPage, finish, Partial, Report } from "./report.js";
export { Rules, type RulesSource } from "./rules.js";
export { Snapshot, SnapshotBuilder } from "./snapshot.js";
export {
  type CanonicalOptions,
  type CatalogueEntry,
  type CataloguePlace,
  canonical,
  catalogue,
  type FormatAbout,
  formats,
  type MappingAbout,
  mappings,
  parsePath,
  select,
} from "./tools.js";
export type * from "./types.js";
export { DiffView, type Hunk, type Span, type ViewOptions, type ViewText } from "./view.js";

/** The version, the same for the crate, the wheel and the npm package. */
export const version: string = nativeVersion();
