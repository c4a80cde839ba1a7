// Who changed what and when, as audit logs tell it.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as native from "../native/index.js";
import { expected, OFF, only, viewOf } from "./arguments.js";
import { DriftError, guarded } from "./error.js";
import { helping, hinted } from "./files.js";
import { parse } from "./json.js";
import { comesInPieces } from "./pieces.js";
import { inPlace, laterInPlace } from "./places.js";
import { inTurn, type Later, together } from "./queue.js";
import type { Reading } from "./snapshot.js";
import { type Input, letGo, optionsJson, read, readAsync } from "./source.js";
import type { AsyncOptions, AsyncSource, ChangeEvent, EventOptions, Source } from "./types.js";

const EVENTS = ["format", "scope", "name", "duplicateKeys", "limits"];

/** What tells who changed what: events, a log, or a list of these. */
export type EventsSource<S = Source> = Events | S | readonly (Events | S)[];

/** Events of any audit logs, in any order. */
export class Events {
  /** @internal */
  declare readonly native: native.NativeEvents;

  private constructor(events: native.NativeEvents) {
    if (!(events instanceof native.NativeEvents))
      throw new TypeError("Events come from Events.parse");
    Object.defineProperty(this, "native", { value: events });
  }

  /**
   * Reads a log on this thread: text or bytes, a file by its URL, or the parsed content. JSON and NDJSON are
   * read, single records, lists, and the envelopes that logs come in. What only reads, and what has failed,
   * is left out. Of a folder each file is a log.
   */
  static parse(source: Source, options: EventOptions = {}): Events {
    const logs = logsIn(source, read(source), options);
    const parsed = () => logs.map(([text, json]) => native.NativeEvents.parse(text, json));
    return helping(source, () => guarded(() => joined(parsed())));
  }

  /** As `parse`, off the event loop. */
  static async parseAsync(
    source: AsyncSource,
    options: EventOptions & AsyncOptions = {},
  ): Promise<Events> {
    const { signal, ...rest } = only(options, [...EVENTS, ...OFF]);
    return await inTurn(() => Events.later(source, rest), signal);
  }

  /** @internal As `parseAsync`, in a turn. */
  static later(
    source: AsyncSource,
    options: EventOptions & Pick<AsyncOptions, "transfer">,
  ): Later<Events> {
    const { transfer, ...rest } = options;
    const read = readAsync(source, { transfer, maxBytes: rest.limits?.maxBytes });
    return async (turn) => {
      const made = await read(turn.signal);
      const work = async (stop: native.NativeStop) => {
        const input = await made();
        try {
          const parsed: native.NativeEvents[] = [];
          for (const [log, json] of logsIn(source, input, rest)) {
            const text = log instanceof native.NativeText ? log : native.NativeText.of(log);
            parsed.push(await native.NativeEvents.parseAsync(text, json, stop));
          }
          return parsed;
        } finally {
          letGo(input);
        }
      };
      try {
        return joined(await turn.work(work));
      } catch (error) {
        throw hinted(error, source);
      }
    };
  }

  /** Logs together; what two of them tell counts once. */
  merge(...others: Events[]): Events {
    return merged([this, ...others]);
  }

  /** How many events there are that change something. */
  get length(): number {
    return this.native.length;
  }

  /** The events as a JSON list, without what their requests held. */
  toJson(): string {
    return guarded(() => this.native.toJson());
  }

  /** For `JSON.stringify`. */
  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }

  /** The events, by time. */
  toArray(): ChangeEvent[] {
    return parse(this.toJson()) as unknown as ChangeEvent[];
  }

  toString(): string {
    return `Events: ${this.length}`;
  }

  /** @internal */
  static of(events: native.NativeEvents): Events {
    return new Events(events);
  }
}

function merged(parts: readonly Events[]): Events {
  const natives = parts.map((part) => {
    if (!(part instanceof Events)) throw expected("`events`", "Events", part);
    return part.native;
  });
  return guarded(() => joined(natives));
}

/** Logs as one. */
function joined(logs: native.NativeEvents[]): Events {
  const [first, ...more] = logs;
  return Events.of(first && more.length === 0 ? first : native.NativeEvents.merge(logs));
}

/** The logs of a source, each with its options. */
function logsIn<T>(
  source: AsyncSource,
  input: Input<T>,
  options: EventOptions,
): [T | Buffer, string][] {
  const { name, ...rest } = only(options, EVENTS);
  if ("text" in input) return [[input.text, optionsJson({ ...rest, name: name ?? input.name })]];
  if (input.names.length === 0) {
    const message = `there are no logs in \`${resolve(fileURLToPath(source as URL))}\``;
    throw new DriftError({ code: "DRIFT_NO_RESOURCES", message });
  }
  return input.texts.map((text, n) => [text, optionsJson({ ...rest, name: input.names[n] })]);
}

/** The single sources that were given; a list of records is one log. */
function sourcesOf(given: EventsSource<AsyncSource>): readonly (Events | AsyncSource)[] {
  if (!Array.isArray(given)) return [given as Events | AsyncSource];
  const isRecord = (one: unknown) =>
    typeof one === "object" &&
    one !== null &&
    !(one instanceof Events) &&
    !(one instanceof URL) &&
    !Array.isArray(one) &&
    !comesInPieces(one) &&
    !viewOf(one);
  return given.every(isRecord) ? [given] : given;
}

/** Which log of a list it is. */
const nth = (given: unknown, sources: unknown, n: number) =>
  given === sources ? `log ${n + 1}` : undefined;

/** @internal What was given as events. */
export function eventsOf(
  given: EventsSource | undefined,
  { limits }: Reading,
): native.NativeEvents | null {
  if (given === undefined || given === null) return null;
  const sources = sourcesOf(given);
  const read = sources.map((one, n) => {
    if (one instanceof Events) return one;
    return inPlace(nth(given, sources, n), () => Events.parse(one as Source, { limits }));
  });
  return read.length === 1 ? (read[0] as Events).native : merged(read).native;
}

/** @internal As `eventsOf`, in a turn. */
export function eventsLater(
  given: EventsSource<AsyncSource> | undefined,
  reading: Reading,
): Later<native.NativeEvents | null> {
  if (given === undefined || given === null) return async () => null;
  const sources = sourcesOf(given);
  const parts = sources.map((one, n) => {
    if (one instanceof Events) return async () => one;
    return laterInPlace(nth(given, sources, n), () => Events.later(one, reading));
  });
  return async (turn) => {
    const read = await together(parts, turn);
    return read.length === 1 ? (read[0] as Events).native : merged(read).native;
  };
}
