// What a detection is asked about: both sides, what was before, and who changed what.
import type * as native from "../native/index.js";
import { Baseline } from "./baseline.js";
import type { DetectOptions } from "./detector.js";
import { eventsLater, eventsOf } from "./events.js";
import { type Later, together } from "./queue.js";
import { timeText } from "./report.js";
import { type Reader, type Reading, type Snapshot, snapshotLater, snapshotOf } from "./snapshot.js";
import type { AsyncSource, Source } from "./types.js";

/** Both sides, and what was before: a snapshot, or a baseline. */
export type Sides = [
  native.NativeSnapshot,
  native.NativeSnapshot,
  native.NativeSnapshot | null,
  native.NativeBaseline | null,
];

/** Reads what is no snapshot yet. */
export function sides(
  desired: Snapshot | Source,
  actual: Snapshot | Source,
  reference: DetectOptions["reference"],
  reading: Reading,
  reader: Reader,
): Sides {
  const both = [
    snapshotOf(desired, reading, reader).native,
    snapshotOf(actual, reading, reader).native,
  ] as const;
  if (reference instanceof Baseline) return [...both, null, reference.native];
  return [...both, nativeIfAny(reference, reading), null];
}

/** As `sides`, in a turn. */
export function sidesLater(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  reference: DetectOptions<AsyncSource>["reference"],
  reading: Reading,
  reader: Reader,
): Later<Sides> {
  const declared = snapshotLater(desired, reading, reader);
  const live = snapshotLater(actual, reading, reader);
  const [before, baseline] = beforeLater(reference, reading);
  const parts = [declared, live, before] as const;
  return async (turn) => [...(await together(parts, turn)), baseline];
}

/** What was before, in a turn: a snapshot, or a baseline. */
export function beforeLater(
  reference: DetectOptions<AsyncSource>["reference"],
  reading: Reading,
): [Later<native.NativeSnapshot | null>, native.NativeBaseline | null] {
  if (reference instanceof Baseline) return [async () => null, reference.native];
  return [snapshotIfAny(reference, reading), null];
}

/** A snapshot where there is one. */
export function nativeIfAny(
  source: Snapshot | Source | undefined | null,
  reading: Reading,
): native.NativeSnapshot | null {
  return source === undefined || source === null ? null : snapshotOf(source, reading).native;
}

/** As `nativeIfAny`, in a turn. */
export function snapshotIfAny(
  source: Snapshot | AsyncSource | undefined | null,
  reading: Reading,
): Later<native.NativeSnapshot | null> {
  return source === undefined || source === null
    ? async () => null
    : snapshotLater(source, reading);
}

type Logs = [native.NativeEvents | null, string | null];

/** What tells who changed what. */
export function logsOf({ events, since }: DetectOptions, reading: Reading): Logs {
  return [eventsOf(events, reading), since === undefined ? null : timeText(since)];
}

/** All that a detection is asked about, in a turn. */
export function questionLater(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  { reference, events, since }: DetectOptions<AsyncSource>,
  reading: Reading,
  reader: Reader,
): Later<[Sides, Logs]> {
  const from = since === undefined ? null : timeText(since);
  const parts = [
    sidesLater(desired, actual, reference, reading, reader),
    eventsLater(events, reading),
  ] as const;
  return async (turn) => {
    const [all, logs] = await together(parts, turn);
    return [all, [logs, from]];
  };
}
