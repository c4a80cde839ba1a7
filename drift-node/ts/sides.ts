// What a detection is asked about: both sides, what was before, and who changed what.
import type * as native from "../native/index.js";
import { Baseline } from "./baseline.js";
import type { DetectOptions } from "./detector.js";
import { eventsOf, eventsOfAsync } from "./events.js";
import { together } from "./queue.js";
import { timeText } from "./report.js";
import { type Reader, type Snapshot, snapshotOf, snapshotOfAsync } from "./snapshot.js";
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

/** As `sides`, off the event loop. */
export async function sidesAsync(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  options: Pick<DetectOptions, "reference"> & AsyncOptions,
  reader: Reader,
): Promise<Sides> {
  const { reference, signal, transfer } = options;
  const read = (side: Snapshot | AsyncSource, of?: Reader) => async (signal: AbortSignal) =>
    (await snapshotOfAsync(side, { signal, transfer }, of)).native;
  const baseline = reference instanceof Baseline ? reference : null;
  const before = reference === undefined || reference instanceof Baseline ? [] : [read(reference)];
  const calls = [read(desired, reader), read(actual, reader), ...before];
  const [declared, live, last] = await together(calls, signal);
  return [
    declared as native.NativeSnapshot,
    live as native.NativeSnapshot,
    last ?? null,
    baseline?.native ?? null,
  ];
}

type Logs = [native.NativeEvents | null, string | null];

/** What tells who changed what. */
export function logsOf(options: DetectOptions): Logs {
  const { events, since } = options;
  return [eventsOf(events), since === undefined ? null : timeText(since)];
}

/** As `logsOf`, off the event loop. */
export async function logsOfAsync(options: DetectOptions & AsyncOptions): Promise<Logs> {
  const { events, since, signal, transfer } = options;
  const read = await eventsOfAsync(events, { signal, transfer });
  return [read, since === undefined ? null : timeText(since)];
}
