// What a detection is asked about: both sides, what was before, and who changed what.
import type * as native from "../native/index.js";
import { Baseline } from "./baseline.js";
import type { DetectOptions } from "./detector.js";
import { eventsLater, eventsOf } from "./events.js";
import { type Later, together } from "./queue.js";
import { timeText } from "./report.js";
import { type Reader, type Snapshot, snapshotLater, snapshotOf } from "./snapshot.js";
import type { AsyncOptions, AsyncSource, Source } from "./types.js";

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
  options: Pick<DetectOptions, "reference">,
  reader: Reader,
): Sides {
  const { reference } = options;
  const both = [snapshotOf(desired, reader).native, snapshotOf(actual, reader).native] as const;
  if (reference instanceof Baseline) return [...both, null, reference.native];
  return [...both, reference === undefined ? null : snapshotOf(reference).native, null];
}

/** As `sides`, in a turn. */
export function sidesLater(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  options: Pick<DetectOptions<AsyncSource>, "reference"> & AsyncOptions,
  reader: Reader,
): Later<Sides> {
  const { reference } = options;
  const declared = snapshotLater(desired, options, reader);
  const live = snapshotLater(actual, options, reader);
  const [before, baseline] = beforeLater(reference, options);
  const parts = [declared, live, before] as const;
  return async (turn) => [...(await together(parts, turn)), baseline];
}

/** What was before, in a turn: a snapshot, or a baseline. */
export function beforeLater(
  reference: DetectOptions<AsyncSource>["reference"],
  options: AsyncOptions,
): [Later<native.NativeSnapshot | null>, native.NativeBaseline | null] {
  if (reference instanceof Baseline) return [async () => null, reference.native];
  return [snapshotIfAny(reference, options), null];
}

/** A snapshot where there is one, in a turn. */
export function snapshotIfAny(
  source: Snapshot | AsyncSource | undefined,
  options: AsyncOptions,
): Later<native.NativeSnapshot | null> {
  return source === undefined || source === null
    ? async () => null
    : snapshotLater(source, options);
}

type Logs = [native.NativeEvents | null, string | null];

/** What tells who changed what. */
export function logsOf(options: DetectOptions): Logs {
  const { events, since } = options;
  return [eventsOf(events), since === undefined ? null : timeText(since)];
}

/** All that a detection is asked about, in a turn. */
export function questionLater(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  options: DetectOptions<AsyncSource> & AsyncOptions,
  reader: Reader,
): Later<[Sides, Logs]> {
  const { events, since } = options;
  const from = since === undefined ? null : timeText(since);
  const parts = [
    sidesLater(desired, actual, options, reader),
    eventsLater(events, options),
  ] as const;
  return async (turn) => {
    const [all, logs] = await together(parts, turn);
    return [all, [logs, from]];
  };
}
