// How many calls work off the event loop at once; the others wait in the order in which they came.
import { availableParallelism } from "node:os";
import type { NativeStop } from "../native/index.js";
import { onAbort } from "./abort.js";
import { alive, only } from "./arguments.js";
import { awaited, DriftError } from "./error.js";

/** Bounds on the work off the event loop of this thread. */
export interface Concurrency {
  /**
   * How many calls work at once, each with all that it was given. By default as many as the machine has processors, and one less than the pool
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

/** Room for so many at once; the others wait in the order in which they came. */
class Room {
  used = 0;
  readonly waiting = new Set<() => void>();

  /** Waits for a place; an abort ends the wait. */
  async take(signal?: AbortSignal): Promise<void> {
    if (this.used < limits.running && this.waiting.size === 0) {
      this.used += 1;
      return;
    }
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.waiting.add(begin);
    try {
      await awaited(() => begun, signal);
    } catch (error) {
      // Given up in the very moment in which it was to begin: the next one has the place.
      if (!this.waiting.delete(begin)) this.free();
      throw error;
    }
  }

  free(): void {
    this.used -= 1;
    this.admit();
  }

  /** Lets those who came first begin, as far as there is room. */
  admit(): void {
    for (const begin of this.waiting) {
      if (this.used >= limits.running) return;
      this.waiting.delete(begin);
      this.used += 1;
      begin();
    }
  }
}

/**
 * A call has one turn, in which all is read that it was given. What the native half does for it is work: as much
 * at once as there may be turns, so that no call waits for another one that waits.
 */
const [turns, works] = [new Room(), new Room()];

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
  turns.admit();
  works.admit();
  return { running: turns.used, waiting: turns.waiting.size, limits: { ...limits } };
}

/** The turn of a call, or a part of it that is given up with its own signal. */
export class Turn {
  /** With what it is given up. */
  readonly signal: AbortSignal | undefined;
  readonly #held: { by: number };

  constructor(signal: AbortSignal | undefined, held = { by: 0 }) {
    this.signal = signal;
    this.#held = held;
  }

  /** A part of the turn. */
  under(signal: AbortSignal): Turn {
    return new Turn(signal, this.#held);
  }

  /** The turn ends with all that holds it. */
  async hold<T>(call: () => Promise<T>): Promise<T> {
    this.#held.by += 1;
    try {
      return await call();
    } finally {
      this.#held.by -= 1;
      if (this.#held.by === 0) turns.free();
    }
  }

  /**
   * Lets the native half work; an abort settles the promise at once, and asks the work to stop. Its place is free,
   * and the turn ends, when it has stopped.
   */
  async work<T>(call: (stop: NativeStop) => Promise<T>): Promise<T> {
    await works.take(this.signal);
    let begun = false;
    const held = async (stop: NativeStop) => {
      begun = true;
      try {
        return await this.hold(() => call(stop));
      } finally {
        works.free();
      }
    };
    try {
      return await awaited(held, this.signal);
    } finally {
      // Given up between its place and its work.
      if (!begun) works.free();
    }
  }
}

/** What is done in a turn. */
export type Later<T> = (turn: Turn) => Promise<T>;

/** Makes a call in its turn, or refuses it, before anything is copied or read for it. */
export async function inTurn<T>(prepare: () => Later<T>, signal?: AbortSignal): Promise<T> {
  alive(signal);
  if (turns.used >= limits.running && turns.waiting.size >= limits.waiting) {
    throw new DriftError({
      code: "DRIFT_LIMIT",
      message: `${turns.waiting.size} calls wait already, as many as \`waiting\` allows`,
      help: "ask again later, or raise it: concurrency({ waiting: … })",
      path: "/waiting",
    });
  }
  const later = prepare();
  const turn = new Turn(signal);
  try {
    await turns.take(signal);
  } catch (error) {
    // Closes the streams that it was given: nothing is read for what has been given up.
    later(turn).catch(() => {});
    throw error;
  }
  return await turn.hold(() => awaited(() => later(turn), signal));
}

/** Lets the native half work in a turn of its own. */
export async function worked<T>(
  call: (stop: NativeStop) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return await inTurn(() => (turn) => turn.work(call), signal);
}

/** A controller that is aborted with the signal, until it is let go. */
export function following(signal?: AbortSignal): [AbortController, letGo: () => void] {
  const controller = new AbortController();
  const follow = () => controller.abort(signal?.reason);
  if (signal?.aborted) follow();
  return [controller, onAbort(signal, follow)];
}

/** Does the parts of a turn beside each other; where one fails, or the signal is aborted, the others are given up. */
export async function together<T extends readonly unknown[]>(
  parts: { readonly [K in keyof T]: Later<T[K]> },
  turn: Turn,
): Promise<T> {
  const [controller, letGo] = following(turn.signal);
  const part = turn.under(controller.signal);
  try {
    return (await Promise.all(parts.map((later) => later(part)))) as unknown as T;
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    letGo();
  }
}
