// Documents and options on their way to the native half.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import * as native from "../native/index.js";
import { checked, flagOf, objectOf, only, textOf, viewOf, whole } from "./arguments.js";
import { textIn, textInAsync } from "./files.js";
import { stringify } from "./json.js";
import { collecting, comesInPieces } from "./pieces.js";
import type { AsyncSource, Limits, ParseOptions, Source, Text } from "./types.js";

/** How many bytes of a text are copied at once; a longer one is copied slice by slice. */
const AT_ONCE = 1 << 20;
/** How many bytes of longer texts are copied in one turn of the event loop, by all calls together. */
const SLICE = 1 << 18;
/** How many have been copied in this turn. */
let copied = 0;
/** The next turn, once somebody has asked for it. */
let nextTurn: Promise<void> | undefined;

/** Waits until so many bytes may be copied, in the order in which they were asked for. */
async function room(length: number): Promise<void> {
  for (;;) {
    nextTurn ??= setImmediate().then(() => {
      copied = 0;
      nextTurn = undefined;
    });
    if (copied === 0 || copied + length <= SLICE) break;
    await nextTurn;
  }
  copied += length;
}

/** What the native half is given: one text, or files with their names. */
export type Input<T = Buffer> = { text: T; name?: string } | { names: string[]; texts: Buffer[] };
/** As `Input`, for work off the event loop. */
export type AsyncInput = Input<native.NativeText>;

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** Options as JSON text, their names in snake case. */
export function optionsJson(options: object): string {
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(objectOf("the options", options))) {
    if (value === undefined) continue;
    fields[snake(name)] = name === "limits" ? limitsOf(value as Limits) : value;
  }
  return stringify(fields);
}

function limitsOf(limits: Limits): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(objectOf("`limits`", limits)).map(([name, value]) => [snake(name), value]),
  );
}

/** Options of parsing. */
const PARSE = [
  ...["format", "view", "name", "mapping", "complete", "covers", "gaps", "expected", "scope"],
  ...["revision", "takenAt", "duplicateKeys", "limits", "parameters", "stackResources", "dialect"],
  "threads",
];

/** Refuses what is no option of parsing; `more` are those of the call. */
export const parsing = <O extends ParseOptions>(options: O, more: readonly string[] = []): O =>
  only(options, [...PARSE, ...more]);

/** Options of parsing, with the texts of those that stand in files. */
export function parseJson(options: ParseOptions, name?: string): string {
  parsing(options);
  const text = (option?: Text) => (option instanceof URL ? textIn(option) : option);
  const { mapping, stackResources } = textsOf(options);
  return optionsJson({
    ...(name === undefined ? {} : { name }),
    ...options,
    mapping: text(mapping),
    stackResources: text(stackResources),
  });
}

/** Those options that may stand in files. */
function textsOf({ mapping, stackResources }: ParseOptions): ParseOptions {
  if (mapping !== undefined && mapping !== null) textOf("`mapping`", mapping);
  if (stackResources !== undefined && stackResources !== null)
    textOf("`stackResources`", stackResources);
  return { mapping, stackResources };
}

/** Options with the texts of those that stand in files, read off the event loop. */
export async function filled<O extends ParseOptions>(options: O): Promise<O> {
  const text = async (option?: Text) =>
    option instanceof URL ? await textInAsync(option) : option;
  const { mapping, stackResources } = textsOf(options);
  return { ...options, mapping: await text(mapping), stackResources: await text(stackResources) };
}

/** The text of rules, policies or cases, and the name of the file they stand in. */
export function ruleText(name: string, source: Text): [string, string | undefined] {
  if (source instanceof URL) return [textIn(source), fileURLToPath(source)];
  const given = textOf(name, source);
  return [typeof given === "string" ? whole(given) : stringify(given), undefined];
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
  if (types.isStringObject(source)) return Buffer.from(whole(source.valueOf()));
  return Buffer.from(stringify(source));
}

/** How the content of a source is read: `maxBytes` is where the engine would refuse it. */
interface ReadOptions {
  transfer?: boolean | undefined;
  maxBytes?: number | undefined;
}

/** Makes the input while there is room for work, out of what has been read. */
type Made = () => Promise<AsyncInput>;

/**
 * The content of a source for work off the event loop. Only what is small and in memory is copied at once. The
 * function that comes back reads streams and files, once the call has its turn, and gives what copies the rest when
 * there is room for work: as many copies as there are calls would fill the memory. What that gives is to be let go
 * of (`letGo`), as no collector knows how large it is.
 */
export function readAsync(
  source: AsyncSource,
  options: ReadOptions,
): (signal?: AbortSignal) => Promise<Made> {
  checked(source);
  flagOf("`transfer`", options.transfer);
  if (source instanceof URL) return async (signal) => await filesOf(source, signal);
  if (typeof source === "object" && comesInPieces(source)) {
    const [{ maxBytes }, collect] = [options, collecting(source)];
    return async (signal) => {
      const pieces = await collect({ signal, maxBytes });
      return async () => ({ text: await joined(pieces, signal) });
    };
  }
  const text = copyOf(source, options);
  return async (signal) => async () => ({ text: await text(signal) });
}

/** The content of a file, or of the files of a folder. */
async function filesOf(source: URL, signal?: AbortSignal): Promise<Made> {
  signal?.throwIfAborted();
  const path = fileURLToPath(source);
  if (!(await stat(path)).isDirectory()) {
    const content = await readFile(path, { signal });
    return async () => ({ text: native.NativeText.of(content), name: path });
  }
  const names = await namesBelowAsync(path);
  const texts: Buffer[] = [];
  for (const name of names) texts.push(await readFile(join(path, name), { signal }));
  return async () => ({ names, texts });
}

/** Lets go of what was not read. */
export function letGo(input: AsyncInput): void {
  if ("text" in input) input.text.clear();
}

type Copy = (signal?: AbortSignal) => Promise<native.NativeText>;

/** A text that is in memory as one piece. */
function copyOf(source: Exclude<Source, URL>, options: ReadOptions): Copy {
  const view = typeof source === "object" ? viewOf(source) : undefined;
  if (view) return own(view, options);
  if (typeof source === "string" && source.length > AT_ONCE) {
    return async (signal) => await encoded(source, options, signal);
  }
  const content = bytes(source);
  return async () => native.NativeText.of(content);
}

/** Texts one behind the other, copied slice by slice. */
async function joined(
  texts: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<native.NativeText> {
  const length = texts.reduce((sum, text) => sum + text.byteLength, 0);
  const all = await native.NativeText.withRoom(length);
  try {
    for (const text of texts) {
      const size = text.byteLength;
      for (let from = 0; from < size; from += SLICE) {
        const end = Math.min(from + SLICE, size);
        await room(end - from);
        signal?.throwIfAborted();
        // Its owner may have done anything to it meanwhile.
        if (text.byteLength !== size) throw gone();
        all.push(text.subarray(from, end));
      }
    }
    return all;
  } catch (error) {
    all.clear();
    throw error;
  }
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
async function encoded(
  text: string,
  { maxBytes = native.maxBytes() }: ReadOptions,
  signal?: AbortSignal,
): Promise<native.NativeText> {
  const all = await native.NativeText.withRoom(Math.min(text.length, maxBytes));
  try {
    for (let at = 0; at < text.length && all.length <= maxBytes; ) {
      let end = Math.min(at + SLICE, text.length);
      await room(end - at);
      signal?.throwIfAborted();
      // Both halves of a character stay together.
      if (end < text.length && text.codePointAt(end - 1) !== text.charCodeAt(end - 1)) end += 1;
      all.push(Buffer.from(whole(text.slice(at, end))));
      at = end;
    }
    return all;
  } catch (error) {
    all.clear();
    throw error;
  }
}

const gone = () => new TypeError("the buffer was emptied or resized before it was read");

/** The bytes of a buffer, taken over or copied at once, or, where it is large, copied slice by slice later. */
function own(source: Uint8Array, options: ReadOptions): Copy {
  const [size, { maxBytes = native.maxBytes() }] = [source.byteLength, options];
  if (options.transfer && size === source.buffer.byteLength) {
    try {
      const buffer = source.buffer as ArrayBuffer;
      const taken = Buffer.from(structuredClone(buffer, { transfer: [buffer] }));
      return async () => native.NativeText.of(taken);
    } catch {
      // Memory that cannot change hands is copied.
    }
  }
  if (size <= AT_ONCE) {
    const copy = Buffer.from(source);
    return async () => native.NativeText.of(copy);
  }
  return async (signal) => {
    if (source.byteLength !== size) throw gone();
    // No more than the engine refuses.
    return await joined([size > maxBytes ? source.subarray(0, maxBytes + 1) : source], signal);
  };
}
