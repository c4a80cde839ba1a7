// Texts that come piece by piece.
import { EventEmitter } from "node:events";
import { Interface as Lines } from "node:readline";
import { Interface as PromisedLines } from "node:readline/promises";
import { finished, Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import * as native from "../native/index.js";
import { checked, viewOf, whole } from "./arguments.js";
import { awaited } from "./error.js";
import { stringify } from "./json.js";
import type { Pieces } from "./types.js";

/** Whether a source comes in pieces. */
export function comesInPieces(source: string | object): source is Pieces {
  return typeof source === "object" && Symbol.asyncIterator in source;
}

/** Where pieces come from. */
interface Tap {
  /** The next one. */
  next(): Promise<{ done?: boolean; value?: unknown }>;
  /** Ends it, whether a piece is waited for or not. */
  close(): Promise<unknown>;
}

function opened(pieces: Pieces): Tap {
  if (pieces instanceof ReadableStream) {
    const reader = (pieces as ReadableStream<unknown>).getReader();
    const next = async () => {
      const read = await reader.read();
      if (read.done) reader.releaseLock();
      return read;
    };
    const close = async () => {
      const ended = reader.cancel();
      reader.releaseLock();
      await ended;
    };
    return { next, close };
  }
  const iterator = pieces[Symbol.asyncIterator]();
  const close = async () => {
    // What asks an iterator to return waits for its next piece.
    (pieces as { destroy?: () => void }).destroy?.();
    await iterator.return?.();
  };
  return { next: () => iterator.next(), close };
}

/** Ends what nobody reads; nobody waits for that: where the pieces come from may never answer, or fail once more. */
export function closed(tap: Tap): void {
  tap.close().catch(() => {});
}

/** The lines of `readline`, which come by whether somebody listens or not. */
function linesOf(lines: Lines): Tap {
  const { closed, input } = lines as Lines & { closed?: boolean; input?: Readable };
  if (closed || input?.readableDidRead) {
    const help = "pass the interface as soon as it is made, or the stream that it reads";
    throw new TypeError(`lines of it have gone by already: ${help}`);
  }
  const { next, close } = opened(lines);
  // It says nothing itself of a stream that is destroyed before its end, and would be waited for without end.
  if (input instanceof Readable) {
    finished(input, { writable: false }, (error) => error && lines.emit("error", error));
  }
  const end = async () => {
    lines.close();
    input?.destroy?.();
    await close();
  };
  return { next, close: end };
}

/**
 * Gives what reads all pieces: it is called when they are to be read. An abort ends the wait for the next one, and
 * tells where they come from. Nothing is read beyond what the engine would refuse.
 */
export function collecting(pieces: Pieces) {
  const areLines = pieces instanceof Lines || pieces instanceof PromisedLines;
  const tap = areLines ? linesOf(pieces) : undefined;
  // A stream that fails before it is read keeps its error until then; with no listener the process would end.
  if (pieces instanceof EventEmitter) pieces.on("error", () => {});
  return async (options: { signal?: AbortSignal; maxBytes?: number }) =>
    await collected(pieces, tap ?? opened(pieces), new Joint(areLines), options);
}

async function collected(
  pieces: Pieces,
  tap: Tap,
  joint: Joint,
  { signal, maxBytes = native.maxBytes() }: { signal?: AbortSignal; maxBytes?: number },
): Promise<Uint8Array[]> {
  const isUsed = Readable.isDisturbed(pieces as Readable);
  const texts: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= maxBytes) {
      const next = await awaited(() => tap.next(), signal);
      if (next.done) {
        joint.end();
        if (isUsed && length === 0) {
          throw new TypeError("the stream has been read already: there is nothing left of it");
        }
        return texts;
      }
      const text = joint.bytes(next.value as string | object);
      texts.push(text);
      length += text.byteLength;
    }
  } catch (error) {
    closed(tap);
    throw error;
  }
  closed(tap);
  return texts;
}

/** Makes bytes of pieces, for us alone: who yields a piece may fill its buffer anew for the next one. */
class Joint {
  /** Whether each piece is a line without its end. */
  readonly #lines: boolean;
  /** The first half of a character, whose other half the next piece holds. */
  #half = "";
  /** Whether the last line goes on. */
  #goesOn = false;

  constructor(lines: boolean) {
    this.#lines = lines;
  }

  bytes(value: string | object): Uint8Array {
    const bytes = typeof value === "string" ? this.#text(value) : this.#bytes(value);
    if (bytes.length > 0) this.#goesOn = bytes[bytes.length - 1] !== 10;
    return bytes;
  }

  #text(value: string): Uint8Array {
    const text = this.#half + value + (this.#lines ? "\n" : "");
    this.#half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
    return Buffer.from(whole(text.slice(0, text.length - this.#half.length)));
  }

  #bytes(value: object): Uint8Array {
    this.end();
    checked(value);
    const view = viewOf(value);
    if (view) return Buffer.from(view);
    return Buffer.from(`${this.#goesOn ? "\n" : ""}${stringify(value)}\n`);
  }

  /** Refuses half of a character. */
  end(): void {
    whole(this.#half);
  }
}
