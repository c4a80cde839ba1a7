// Arguments of the wrong type are refused by their name. Their values, which may be secrets, are never
// printed: the native half would print them.
import { types } from "node:util";
import { DriftError } from "./error.js";

/** What an object is, with its article: `a Map`, `an Error`. */
export function classOf(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const own = Object.getPrototypeOf(value)?.constructor?.name;
  const name = tag === "Object" && typeof own === "string" && own !== "" ? own : tag;
  return `${/^[AEIO]/i.test(name) ? "an" : "a"} ${name}`;
}

/** Whether an object is no instance of any class, in whichever realm it was made: its own fields say all. */
function isBare(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.keys(prototype).length === 0;
}

/** What a value is, and nothing of what it holds. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || isBare(value)) return typeof value;
  const kind = classOf(value);
  return kind === "an Object" ? "one that inherits fields" : kind;
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
  const isObject = typeof value === "object" && value !== null && isBare(value);
  if (!isObject) throw expected(`\`${name}\``, "an object of strings", value);
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

/** Answers of the engine, which could be read as JSON, and wrongly; and what is passed instead. */
const ANSWERS: Record<string, string> = {
  "a Report": ": pass what was compared, or its `toObject()`",
  "a Baseline": ": it is what `reference` takes",
  "an Events": ": it is what `events` takes",
};

/** Refuses what is no document. */
export function checked(source: unknown): void {
  const fits = typeof source === "string" || (typeof source === "object" && source !== null);
  if (!fits) {
    const found = source === null ? "null" : typeof source;
    throw new TypeError(`expected a document: a string, bytes, a URL, or an object, not ${found}`);
  }
  const half = Object.getOwnPropertyDescriptor(source, "native");
  if (half?.enumerable !== false || !("toJSON" in (source as object))) return;
  const kind = classOf(source as object);
  throw new TypeError(`${kind} is no document${ANSWERS[kind] ?? ""}`);
}

/** The bytes of a buffer, or of any view of one; of one that has been handed over there are none to read. */
export function viewOf(source: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) {
    // Refuses memory that is not there any more.
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  return types.isAnyArrayBuffer(source) ? new Uint8Array(source) : undefined;
}

/** An argument that must be a text, a URL, or what a text of JSON would hold; bytes would be written in base64. */
export function textOf<T extends string | object>(name: string, value: T): T {
  const fits = typeof value === "string" || (typeof value === "object" && value !== null);
  if (fits && !ArrayBuffer.isView(value) && !types.isAnyArrayBuffer(value)) return value;
  throw expected(name, "text, a URL or an object", value);
}

/** An argument that must be an object; of a list, a `Map` or an instance of a class nothing would be read. */
export function objectOf<T extends object>(name: string, value: T): T {
  const isObject = typeof value === "object" && value !== null && isBare(value);
  if (!isObject) throw expected(name, "an object", value);
  return value;
}

/** An option that must be true or false; false where nobody says. */
export function flagOf(name: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== "boolean") throw expected(name, "a boolean", value);
  return value === true;
}

/** An argument that must be iterable. */
export function iterableOf<T>(name: string, what: string, value: Iterable<T>): Iterable<T> {
  const isList = typeof value === "object" && value !== null && Symbol.iterator in value;
  if (!isList) throw expected(name, what, value);
  return value;
}

/** The elements of an argument that must be iterable. */
export function listOf<T>(name: string, what: string, value: Iterable<T>): T[] {
  return [...iterableOf(name, what, value)];
}

/** What calls off the event loop take besides. */
export const OFF = ["signal", "transfer"];

/** Options, of which one that does not exist is refused. */
export function only<T extends object>(options: T, known: readonly string[]): T {
  for (const [name, value] of Object.entries(objectOf("the options", options))) {
    if (value === undefined || known.includes(name)) continue;
    const message = `no such option: \`${name}\``;
    const help = `the options are \`${known.join("`, `")}\``;
    throw new DriftError({ code: "DRIFT_OPTION", message, help });
  }
  return options;
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
