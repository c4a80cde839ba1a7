// Arguments of the wrong type are refused by their name. Their values, which may be secrets, are never
// printed: the native half would print them.
import { types } from "node:util";
import { DriftError } from "./error.js";

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}

/** The error that an argument is of another type than it ought to be. */
export function expected(name: string, what: string, value: unknown): TypeError {
  return new TypeError(`expected ${name} as ${what}, not ${kindOf(value)}`);
}

const isWellFormed = (text: string): boolean =>
  (text as string & { isWellFormed(): boolean }).isWellFormed();

/** A text that has every character it holds; what is left of one would be replaced in silence. */
export function whole(text: string): string {
  if (isWellFormed(text)) return text;
  throw new DriftError({
    code: "DRIFT_PARSE",
    message: "a string holds half of a surrogate pair, which is no character",
  });
}

/** An argument that must be a string. */
export function stringOf(name: string, value: unknown): string {
  if (typeof value !== "string") throw expected(name, "a string", value);
  return whole(value);
}

/** An argument that must be an object whose fields are strings. */
export function stringsOf(name: string, value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw expected(`\`${name}\``, "an object of strings", value);
  }
  const field = ([key, text]: [string, unknown]) => [
    whole(key),
    stringOf(`\`${name}.${key}\``, text),
  ];
  return Object.fromEntries(Object.entries(value).map(field));
}

/** An argument that must be a number. */
export function numberOf(name: string, value: unknown): number {
  if (typeof value !== "number") throw expected(name, "a number", value);
  return value;
}

/** The bytes of an argument that must be a string or bytes. */
export function bytesOf(name: string, value: unknown): Buffer {
  if (typeof value === "string") return Buffer.from(whole(value));
  if (!types.isUint8Array(value)) throw expected(name, "a string or bytes", value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Refuses to begin what has been given up, and what is no signal. */
export function alive(signal: AbortSignal | undefined): void {
  if (signal === undefined || signal === null) return;
  const isSignal = [signal.throwIfAborted, signal.addEventListener].every(
    (method) => typeof method === "function",
  );
  if (!isSignal) throw expected("`signal`", "an AbortSignal", signal);
  signal.throwIfAborted();
}
