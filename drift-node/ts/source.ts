// Documents and options on their way to the native half.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as native from "../native/index.js";
import { whole } from "./arguments.js";
import { awaited, DriftError } from "./error.js";
import { stringify } from "./json.js";
import type {
  AsyncOptions,
  AsyncSource,
  Limits,
  ParseOptions,
  Pieces,
  Source,
  Text,
} from "./types.js";

/** How many bytes are copied at once before the event loop has its turn. */
const SLICE = 4 << 20;

/** What the native half is given: one text, or files with their names. */
export type Input = { text: Buffer; name?: string } | { names: string[]; texts: Buffer[] };

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** Options as JSON text, their names in snake case. */
export function optionsJson(options: object): string {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    fields[snake(name)] = name === "limits" ? limitsOf(value as Limits) : value;
  }
  return stringify(fields);
}

function limitsOf(limits: Limits): Record<string, unknown> {
  return Object.fromEntries(Object.entries(limits).map(([name, value]) => [snake(name), value]));
}

/** Options of parsing, with the texts of those that stand in files. */
export function parseJson(options: ParseOptions, name?: string): string {
  const text = (option?: Text) => (option instanceof URL ? readFileSync(option, "utf8") : option);
  return optionsJson({
    ...(name === undefined ? {} : { name }),
    ...options,
    mapping: text(options.mapping),
    stackResources: text(options.stackResources),
  });
}

/** The text of rules, and the name of the file they stand in. */
export function ruleText(source: Text): [string, string | undefined] {
  if (source instanceof URL) return [readFileSync(source, "utf8"), fileURLToPath(source)];
  return [typeof source === "string" ? whole(source) : stringify(source), undefined];
}

function checked(source: unknown): void {
  const fits = typeof source === "string" || (typeof source === "object" && source !== null);
  if (!fits) {
    const found = source === null ? "null" : typeof source;
    throw new TypeError(`expected a document: a string, bytes, a URL, or an object, not ${found}`);
  }
}

/** Whether a file or folder of this name is left out of a folder; `.env` and its like are not. */
const isHidden = (entry: { name: string; isDirectory(): boolean }): boolean =>
  entry.name.startsWith(".") && (entry.isDirectory() || !`${entry.name}.`.startsWith(".env."));

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** The content of a source, on this thread. */
export function read(source: Source): Input {
  checked(source);
  if (comesInPieces(source)) {
    throw new TypeError("a stream is read off the event loop: Snapshot.parseAsync, detect");
  }
  if (source instanceof URL) {
    const path = fileURLToPath(source);
    if (!statSync(path).isDirectory()) return { text: readFileSync(path), name: path };
    const names = namesBelow(path);
    return { names, texts: names.map((name) => readFileSync(join(path, name))) };
  }
  return { text: bytes(source) };
}

function namesBelow(folder: string, prefix = ""): string[] {
  const entries = readdirSync(join(folder, prefix), { withFileTypes: true }).sort(byName);
  return entries.flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    if (isHidden(entry)) return [];
    if (entry.isDirectory()) return namesBelow(folder, `${name}/`);
    const isFile =
      entry.isFile() || (entry.isSymbolicLink() && statSync(join(folder, name)).isFile());
    return isFile && native.isReadable(name) ? [name] : [];
  });
}

function bytes(source: string | object): Buffer {
  if (typeof source === "string") return Buffer.from(whole(source));
  const view = viewOf(source);
  if (view) return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  if (source instanceof String) return Buffer.from(whole(source.valueOf()));
  return Buffer.from(stringify(source));
}

/** The bytes of a buffer, or of any view of one; of one that has been handed over there are none to read. */
function viewOf(source: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) {
    // Refuses memory that is not there any more.
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  const isBuffer = source instanceof ArrayBuffer || source instanceof SharedArrayBuffer;
  return isBuffer ? new Uint8Array(source) : undefined;
}

/** How the content of a source is read: `maxBytes` is where the engine would refuse it. */
type ReadOptions = AsyncOptions & { maxBytes?: number | undefined };

/** The content of a source for work off the event loop: nobody else has its buffers. */
export async function readAsync(source: AsyncSource, options: ReadOptions): Promise<Input> {
  checked(source);
  if (comesInPieces(source)) return { text: await collected(source, options) };
  if (source instanceof URL) {
    const path = fileURLToPath(source);
    if (!(await stat(path)).isDirectory()) return { text: await readFile(path), name: path };
    const names = await namesBelowAsync(path);
    const texts: Buffer[] = [];
    for (const name of names) texts.push(await readFile(join(path, name)));
    return { names, texts };
  }
  const view = typeof source === "object" ? viewOf(source) : undefined;
  if (view) return { text: await own(view, options) };
  if (typeof source === "string") return { text: await encoded(source, options) };
  return { text: bytes(source) };
}

function comesInPieces(source: AsyncSource): source is Pieces {
  return typeof source === "object" && Symbol.asyncIterator in source;
}

/**
 * All pieces as one text; an abort ends the wait for the next one, and tells where they come from. Nothing is
 * read beyond what the engine would refuse.
 */
async function collected(pieces: Pieces, options: ReadOptions): Promise<Buffer> {
  const { signal, maxBytes = native.maxBytes() } = options;
  const iterator = pieces[Symbol.asyncIterator]();
  const texts: Uint8Array[] = [];
  let length = 0;
  // Nobody waits for it: where the pieces come from may never answer, or fail once more.
  const end = () => void (async () => iterator.return?.())().catch(() => {});
  try {
    while (length <= maxBytes) {
      const next = await awaited(() => iterator.next(), signal);
      if (next.done) return await joined(texts, length, signal);
      const text = piece(next.value);
      texts.push(text);
      length += text.byteLength;
    }
  } catch (error) {
    end();
    throw error;
  }
  end();
  return await joined(texts, length, signal);
}

/** The bytes of a piece, for us alone: who yields it may fill its buffer anew for the next one. */
function piece(value: string | object): Uint8Array {
  if (typeof value === "string") return Buffer.from(whole(value));
  checked(value);
  const view = viewOf(value);
  return view ? Buffer.from(view) : Buffer.from(`${stringify(value)}\n`);
}

/** Texts one behind the other, copied slice by slice. */
async function joined(
  texts: readonly Uint8Array[],
  length: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const all = Buffer.allocUnsafeSlow(length);
  let [at, slice] = [0, SLICE];
  for (const text of texts) {
    const size = text.byteLength;
    for (let from = 0; from < size; from += SLICE) {
      const end = Math.min(from + SLICE, size);
      if (at + end - from > slice) {
        await setImmediate();
        signal?.throwIfAborted();
        slice = at + SLICE;
      }
      // Its owner may have done anything to it meanwhile.
      if (text.byteLength !== size) throw gone();
      all.set(text.subarray(from, end), at);
      at += end - from;
    }
  }
  return all;
}

async function namesBelowAsync(folder: string, prefix = ""): Promise<string[]> {
  const entries = (await readdir(join(folder, prefix), { withFileTypes: true })).sort(byName);
  const found: string[] = [];
  for (const entry of entries) {
    const name = `${prefix}${entry.name}`;
    if (isHidden(entry)) continue;
    if (entry.isDirectory()) {
      found.push(...(await namesBelowAsync(folder, `${name}/`)));
      continue;
    }
    const linked = entry.isSymbolicLink() && (await stat(join(folder, name))).isFile();
    if ((entry.isFile() || linked) && native.isReadable(name)) found.push(name);
  }
  return found;
}

/** The bytes of a string, which are made slice by slice. */
async function encoded(text: string, options: ReadOptions): Promise<Buffer> {
  const { signal, maxBytes = native.maxBytes() } = options;
  const parts: Buffer[] = [];
  let length = 0;
  for (let at = 0; at < text.length && length <= maxBytes; ) {
    if (at > 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    let end = Math.min(at + SLICE, text.length);
    // Both halves of a character stay together.
    if (end < text.length && text.codePointAt(end - 1) !== text.charCodeAt(end - 1)) end += 1;
    const part = Buffer.from(whole(text.slice(at, end)));
    parts.push(part);
    length += part.byteLength;
    at = end;
  }
  const [only] = parts;
  return only && parts.length === 1 ? only : await joined(parts, length, signal);
}

const gone = () => new TypeError("the buffer was emptied or resized before it was read");

/** A buffer of our own: taken over, or copied slice by slice. */
async function own(source: Uint8Array, options: ReadOptions): Promise<Buffer> {
  if (options.transfer && source.byteLength === source.buffer.byteLength) {
    try {
      return Buffer.from(
        structuredClone(source.buffer, { transfer: [source.buffer as ArrayBuffer] }),
      );
    } catch {
      // Memory that cannot change hands is copied.
    }
  }
  // No more than the engine refuses.
  const { maxBytes = native.maxBytes() } = options;
  const text = source.byteLength > maxBytes ? source.subarray(0, maxBytes + 1) : source;
  return await joined([text], text.byteLength, options.signal);
}

/** Helps where the name of a file was passed for what it holds. */
export function hinted(error: unknown, source: AsyncSource): unknown {
  const isName = typeof source === "string" && source.length < 1000 && !source.includes("\n");
  if (!(error instanceof DriftError) || error.code !== "DRIFT_NO_RESOURCES" || !isName)
    return error;
  if (!existsSync(source as string)) return error;
  const help = "a string is content; a file is passed as a URL: pathToFileURL(…)";
  return new DriftError({ code: error.code, message: error.text, help });
}
