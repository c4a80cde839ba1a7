// How many calls work off the event loop at once; the others wait in the order in which they came.
import { availableParallelism } from "node:os";
import type { NativeStop } from "../native/index.js";
import { onAbort } from "./abort.js";
import { alive, only } from "./arguments.js";
import { awaited, DriftError } from "./error.js";

/** Bounds on the work off the event loop of this thread. */
export interface Concurrency {
  /**
   * How many calls work at once. By default as many as the machine has processors, and one less than the pool
   * of libuv has threads (`UV_THREADPOOL_SIZE`, 4 where it is not set), so that files, names and compression
   * of the process find one free. Each call may use several threads of its own: see `threads`.
   */
  running?: number;
  /** How many calls may wait for that; any number by default. One more fails with `DRIFT_LIMIT`. */
  waiting?: number;
}

/** What goes on off the event loop of this thread, and its bounds. */
export interface Activity {
  /** Calls that work now; one that was given up counts until its work has stopped. */
  running: number;
  /** Calls that wait for their turn. */
  waiting: number;
  /** The bounds. */
  limits: Required<Concurrency>;
}

const pool = Number(process.env.UV_THREADPOOL_SIZE) || 4;
const limits: Required<Concurrency> = {
  running: Math.max(1, Math.min(availableParallelism(), pool - 1)),
  waiting: Number.POSITIVE_INFINITY,
};
/** In the order in which they came. */
const waiting = new Set<() => void>();
let running = 0;

function bound(name: keyof Concurrency, given: number | undefined, least: number): number {
  if (given === undefined) return limits[name];
  const whole = Number.isInteger(given) || given === Number.POSITIVE_INFINITY;
  if (typeof given === "number" && whole && given >= least) return given;
  throw new DriftError({
    code: "DRIFT_OPTION",
    message: `expected \`${name}\` as a whole number from ${least} on`,
    path: `/${name}`,
  });
}

/**
 * Bounds the work off the event loop of this thread, and tells what goes on. Worker threads have bounds of
 * their own, and one pool of libuv with this thread.
 *
 * ```js
 * concurrency({ running: 2, waiting: 100 });
 * if (concurrency().waiting > 50) response.statusCode = 503;
 * ```
 */
export function concurrency(options: Concurrency = {}): Activity {
  only(options, Object.keys(limits));
  const [most, queued] = [
    bound("running", options.running, 1),
    bound("waiting", options.waiting, 0),
  ];
  limits.running = most;
  limits.waiting = queued;
  admit();
  return { running, waiting: waiting.size, limits: { ...limits } };
}

/** Lets those who came first begin, as far as there is room. */
function admit(): void {
  for (const begin of waiting) {
    if (running >= limits.running) return;
    waiting.delete(begin);
    running += 1;
    begin();
  }
}

function release(): void {
  running -= 1;
  admit();
}

/** Waits for a turn; an abort ends the wait. */
async function turn(signal?: AbortSignal): Promise<void> {
  if (running < limits.running && waiting.size === 0) {
    running += 1;
    return;
  }
  if (waiting.size >= limits.waiting) {
    throw new DriftError({
      code: "DRIFT_LIMIT",
      message: `${waiting.size} calls wait already, as many as \`waiting\` allows`,
      help: "ask again later, or raise it: concurrency({ waiting: … })",
      path: "/waiting",
    });
  }
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  waiting.add(begin);
  try {
    await awaited(() => begun, signal);
  } catch (error) {
    // Given up in the very moment in which it was to begin: the next one has the turn.
    if (!waiting.delete(begin)) release();
    throw error;
  }
}

/**
 * Lets the native half work when its turn has come; an abort settles the promise at once, and asks the work
 * to stop. The turn ends with the work, not with the promise.
 */
export async function worked<T>(
  call: (stop: NativeStop) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  alive(signal);
  await turn(signal);
  let begun = false;
  const held = async (stop: NativeStop) => {
    begun = true;
    try {
      return await call(stop);
    } finally {
      release();
    }
  };
  try {
    return await awaited(held, signal);
  } finally {
    // Given up between its turn and its work.
    if (!begun) release();
  }
}

/** A controller that is aborted with the signal, until it is let go. */
export function following(signal?: AbortSignal): [AbortController, letGo: () => void] {
  alive(signal);
  const controller = new AbortController();
  return [controller, onAbort(signal, () => controller.abort(signal?.reason))];
}

/** Makes calls beside each other; where one fails, or the signal is aborted, the others are given up. */
export async function together<T>(
  calls: readonly ((signal: AbortSignal) => Promise<T>)[],
  signal?: AbortSignal,
): Promise<T[]> {
  const [controller, letGo] = following(signal);
  try {
    return await Promise.all(calls.map((call) => call(controller.signal)));
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    letGo();
  }
}
