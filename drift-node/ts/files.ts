// Texts that stand in files, and names of files that were passed for texts.
import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as native from "../native/index.js";
import { DriftError, guarded } from "./error.js";

const NO_FILE = "a string is content; a file is passed as a URL: pathToFileURL(…)";
const SEVERAL =
  "a list is one document: add several to a `SnapshotBuilder`, and merge several `Events`";
const BASELINE = "if this is a baseline: `Baseline.fromJson` reads it";

/** The text of a file. Bytes that are no UTF-8 are an error: they would be replaced in silence. */
export function textIn(file: string | URL): string {
  const name = typeof file === "string" ? file : fileURLToPath(file);
  try {
    return decoded(readFileSync(name), name);
  } catch (error) {
    throw placed(error, name);
  }
}

/** As `textIn`, off the event loop. */
export async function textInAsync(file: URL): Promise<string> {
  const name = fileURLToPath(file);
  try {
    return decoded(await readFile(name), name);
  } catch (error) {
    throw placed(error, name);
  }
}

/** Of a folder the file system does not say which it is. */
function placed(error: unknown, path: string): unknown {
  const isFolder = error instanceof Error && "code" in error && error.code === "EISDIR";
  return isFolder ? Object.assign(error, { path, message: `${error.message} '${path}'` }) : error;
}

function decoded(bytes: Buffer, name: string): string {
  if (isUtf8(bytes)) return bytes.toString();
  // Read as a document it is refused, and the error tells where it stops being text.
  guarded(() => native.NativeSnapshot.parse(bytes, JSON.stringify({ name })));
  throw new DriftError({ code: "DRIFT_PARSE", message: "the text is not valid UTF-8", file: name });
}

function namesAFile(text: unknown): boolean {
  const mayBeOne = typeof text === "string" && text.length < 1000 && !text.includes("\n");
  return mayBeOne && text !== "" && existsSync(text);
}

/** Refuses the name of a file where what it holds is asked for, and would be made something of. */
export function noName(text: unknown): void {
  if (!namesAFile(text)) return;
  const message = `\`${text}\` is the name of a file`;
  throw new DriftError({ code: "DRIFT_OPTION", message, help: NO_FILE });
}

/** Helps where something was passed for what it is not. */
export function hinted(error: unknown, source: unknown): unknown {
  if (!(error instanceof DriftError)) return error;
  if (namesAFile(source)) return helped(error, NO_FILE);
  if (error.code !== "DRIFT_FORMAT") return error;
  if (Array.isArray(source) && isWhole(source[0])) return helped(error, SEVERAL);
  // Other documents with resources say nothing of the kind.
  return error.path === "/schema_version" ? helped(error, BASELINE) : error;
}

/** Whether one of a list is a document by itself. */
const isWhole = (one: unknown) =>
  typeof one === "string" || one instanceof URL || ArrayBuffer.isView(one);

function helped(error: DriftError, help: string): DriftError {
  return new DriftError({ ...error, message: error.text, help });
}

/** Makes the call; its error helps where something was passed for what it is not. */
export function helping<T>(source: unknown, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw hinted(error, source);
  }
}
