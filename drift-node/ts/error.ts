import type { NativeStop } from "../native/index.js";
import * as native from "../native/index.js";
import { onAbort } from "./abort.js";
import type { ErrorCode } from "./words.js";

/** What the engine refused, where, and what to do about it. No field holds a secret value. */
export class DriftError extends Error {
  /** `DriftError`, for programs that have no `instanceof` at hand. */
  override readonly name = "DriftError";
  /** Stable and the same in every language: `DRIFT_PARSE`, for example. */
  readonly code: ErrorCode;
  /** The message together with its place. */
  readonly text: string;
  /** What to do about it. */
  readonly help: string | null;
  /** The file it happened in. */
  readonly file: string | null;
  /** The line, counted from 1. */
  readonly line: number | null;
  /** The column in characters, counted from 1. */
  readonly column: number | null;
  /** The resource, or the rule, it is about. */
  readonly resource: string | null;
  /** The path inside the document. */
  readonly path: string | null;

  constructor(fields: Partial<DriftErrorFields> & { code: ErrorCode; message: string }) {
    const text = fields.text ?? fields.message;
    super(fields.help ? `${text}\nhelp: ${fields.help}` : text);
    this.code = fields.code;
    this.text = text;
    this.help = fields.help ?? null;
    this.file = fields.file ?? null;
    this.line = fields.line ?? null;
    this.column = fields.column ?? null;
    this.resource = fields.resource ?? null;
    this.path = fields.path ?? null;
  }
}

/** The fields of an error as the native half hands them over. */
export interface DriftErrorFields {
  /** Stable and the same in every language. */
  code: ErrorCode;
  /** What was refused, without its place. */
  message: string;
  /** The message together with its place. */
  text: string;
  /** What to do about it. */
  help: string | null;
  /** The file it happened in. */
  file: string | null;
  /** The line, counted from 1. */
  line: number | null;
  /** The column in characters, counted from 1. */
  column: number | null;
  /** The resource, or the rule, it is about. */
  resource: string | null;
  /** The path inside the document. */
  path: string | null;
}

const MARK = "drift-error:";

/** The error of the native half as a `DriftError`; any other is passed on. */
function translated(error: unknown): unknown {
  const message = error instanceof Error ? error.message : "";
  return message.startsWith(MARK)
    ? new DriftError(JSON.parse(message.slice(MARK.length)) as DriftErrorFields)
    : error;
}

/** Calls the native half. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw translated(error);
  }
}

/** Awaits the native half; an abort settles the promise at once, and asks the work to stop. */
export async function awaited<T>(
  call: (stop: NativeStop) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new native.NativeStop();
  let letGo = () => {};
  const aborted = new Promise<never>((_, reject) => {
    letGo = onAbort(signal, () => {
      stop.ask();
      reject(signal?.reason);
    });
  });
  try {
    return await (signal ? Promise.race([call(stop), aborted]) : call(stop));
  } catch (error) {
    throw translated(error);
  } finally {
    letGo();
  }
}
