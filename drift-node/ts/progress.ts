// How far work off the event loop has come, told while it is done.
import * as native from "../native/index.js";
import { expected } from "./arguments.js";
import { following } from "./queue.js";
import type { AsyncOptions } from "./types.js";

/** How far a detection has come. */
export interface Progress {
  /**
   * It waits for its turn and reads both sides, finds out what belongs together, compares one resource after
   * the other, and puts the report together.
   */
  readonly stage: "reading" | "pairing" | "comparing" | "reporting";
  /** How many resources have been compared. */
  readonly done: number;
  /** How many are to be compared; null while that is not known. */
  readonly total: number | null;
}

/** Options of detections off the event loop. */
export interface ProgressOptions {
  /**
   * Is told how far the detection has come, at most ten times a second, and at the end; never after the promise
   * has settled. What it throws stops the detection, and is what the promise is rejected with; so does what the
   * promise of an `async` function is rejected with, as long as the detection goes on. It is not waited for.
   */
  onProgress?: (progress: Progress) => void | Promise<void>;
}

/** Milliseconds between two calls, at least, but for the last one: no more than ten in any second. */
const INTERVAL = 125;

/** Tells a callback, not too often. */
class Reporter {
  readonly #tell: (progress: Progress) => void | Promise<void>;
  readonly #fail: (error: unknown) => void;
  #work: native.NativeProgress | undefined;
  #told = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (progress: Progress) => void | Promise<void>, fail: (error: unknown) => void) {
    this.#tell = tell;
    this.#fail = fail;
    this.#wait(0);
  }

  /** Where the native half counts, from the moment on at which it is asked. */
  begin(): native.NativeProgress {
    this.#work = new native.NativeProgress();
    return this.#work;
  }

  /** Tells nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Tells how far it has come, where that is news. */
  tell(): void {
    const work = this.#work;
    // The stage first: what it says of the numbers holds from then on.
    const stage = (work?.stage ?? "reading") as Progress["stage"];
    const progress = { stage, done: work?.done ?? 0, total: work?.total ?? null };
    const text = JSON.stringify(progress);
    if (text === this.#told) return;
    this.#told = text;
    const told = this.#tell(progress);
    if (told instanceof Promise) told.catch(this.#fail);
  }

  #wait(delay: number): void {
    this.#timer = setTimeout(() => {
      try {
        this.tell();
        this.#wait(INTERVAL);
      } catch (error) {
        this.#fail(error);
      }
    }, delay);
  }
}

/** Runs work that can be given up, and tells how far it has come where somebody wants to know. */
export async function reporting<T, O extends AsyncOptions & ProgressOptions>(
  options: O,
  work: (options: O, reporter?: Reporter) => Promise<T>,
): Promise<T> {
  const { onProgress, signal } = options;
  if (onProgress === undefined) return await work(options);
  if (typeof onProgress !== "function") throw expected("`onProgress`", "a function", onProgress);
  const [controller, letGo] = following(signal);
  const reporter = new Reporter(onProgress, (error) => controller.abort(error));
  controller.signal.addEventListener("abort", () => reporter.stop(), { once: true });
  try {
    const answer = await work({ ...options, signal: controller.signal }, reporter);
    controller.signal.throwIfAborted();
    reporter.tell();
    return answer;
  } finally {
    reporter.stop();
    letGo();
  }
}
