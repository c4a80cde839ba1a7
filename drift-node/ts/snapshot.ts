// What one side holds, and how it is put together.
import * as native from "../native/index.js";
import { bytesOf, expected, listOf, OFF, objectOf, stringOf, stringsOf } from "./arguments.js";
import { camelCase } from "./camel.js";
import { DriftError, guarded } from "./error.js";
import { helping, hinted } from "./files.js";
import { parse, stringify } from "./json.js";
import { TOLD } from "./memory.js";
import { inTurn, type Later } from "./queue.js";
import {
  type AsyncInput,
  filled,
  type Input,
  letGo,
  parseJson,
  parsing,
  read,
  readAsync,
} from "./source.js";
import type {
  AsyncOptions,
  AsyncSource,
  Document,
  Json,
  Limits,
  ParseOptions,
  Reason,
  RecordOptions,
  Resource,
  Source,
  Warning,
} from "./types.js";

/** For whom documents are read: a detector and the time of its detections. */
export interface Reader {
  readonly native: native.NativeDetector;
  readonly at: string;
}

/** What one side holds: resources, the part of the world that it speaks for, and its age. */
export class Snapshot {
  /** @internal */
  declare readonly native: native.NativeSnapshot;

  private constructor(snapshot: native.NativeSnapshot) {
    if (!(snapshot instanceof native.NativeSnapshot))
      throw new TypeError("a Snapshot comes from parse or from a SnapshotBuilder");
    // Not enumerable: nothing of it is printed.
    Object.defineProperty(this, "native", { value: snapshot });
    snapshot.weigh(TOLD);
  }

  /** @internal */
  static of(snapshot: native.NativeSnapshot): Snapshot {
    return new Snapshot(snapshot);
  }

  /**
   * Reads a document, a file or a folder on this thread. The content is copied once, as the caller
   * may change its own. Throws a `DriftError`, or the file system's own error.
   */
  static parse(source: Source, options: ParseOptions = {}): Snapshot {
    return Snapshot.read(source, options);
  }

  /** @internal As `parse`, for a detector. */
  static read(source: Source, options: ParseOptions, reader?: Reader): Snapshot {
    return helping(source, () => guarded(() => Snapshot.of(parsed(read(source), options, reader))));
  }

  /** As `parse`, off the event loop. */
  static async parseAsync(
    source: AsyncSource,
    options: ParseOptions & AsyncOptions = {},
  ): Promise<Snapshot> {
    return Snapshot.readAsync(source, options);
  }

  /** @internal As `parseAsync`, for a detector. */
  static async readAsync(
    source: AsyncSource,
    options: ParseOptions & AsyncOptions,
    reader?: Reader,
  ): Promise<Snapshot> {
    const { signal, ...rest } = parsing(options, OFF);
    return await inTurn(() => Snapshot.later(source, rest, reader), signal);
  }

  /** @internal As `readAsync`, in a turn. */
  static later(
    source: AsyncSource,
    options: ParseOptions & Transfer,
    reader?: Reader,
  ): Later<Snapshot> {
    const { transfer, ...rest } = options;
    const read = readAsync(source, { transfer, maxBytes: rest.limits?.maxBytes });
    return async (turn) => {
      try {
        const [made, given] = [await read(turn.signal), await filled(rest)];
        const work = async (stop: native.NativeStop) => {
          const input = await made();
          try {
            return await parsedAsync(input, given, stop, reader);
          } finally {
            letGo(input);
          }
        };
        return Snapshot.of(await turn.work(work));
      } catch (error) {
        throw hinted(error, source);
      }
    };
  }

  /** Reads many files as one document, by their names. */
  static parseMany(
    files: Iterable<readonly [string, string | Uint8Array]>,
    options: Omit<ParseOptions, "name"> = {},
  ): Snapshot {
    const all = listOf("`files`", "names and texts", files);
    const texts = all.map(([, text]) => bytesOf("the text of a file", text));
    const names = all.map(([name]) => stringOf("the name of a file", name));
    return guarded(() =>
      Snapshot.of(native.NativeSnapshot.parseMany(names, texts, parseJson(options))),
    );
  }

  /** No document: what it holds is in none of its fields. */
  get [Symbol.toStringTag](): string {
    return "Snapshot";
  }

  /** How many resources there are. */
  get length(): number {
    return this.native.length;
  }

  /** The resources, without their attributes: those may hold secrets. */
  get resources(): Resource[] {
    const listed = parse(this.native.resourcesJson()) as (Resource & {
      depends_on?: string[];
      managed_by?: string | null;
    })[];
    return listed.map(({ depends_on, managed_by, ...rest }) => ({
      ...rest,
      dependsOn: depends_on ?? [],
      managedBy: managed_by ?? null,
    }));
  }

  /** What parsing let pass. */
  get warnings(): Warning[] {
    return parse(this.native.warningsJson()) as Warning[];
  }

  /** The revision that the documents were read at. */
  get revision(): string | null {
    return this.native.revision ?? null;
  }

  /** When the documents were read. */
  get takenAt(): string | null {
    return this.native.takenAt ?? null;
  }

  /** How much there is, and nothing of what it holds. */
  toString(): string {
    return `Snapshot of ${this.length} resource${this.length === 1 ? "" : "s"}`;
  }
}

function parsed(input: Input, options: ParseOptions, reader?: Reader): native.NativeSnapshot {
  if (!("text" in input)) {
    return native.NativeSnapshot.parseMany(input.names, input.texts, parseJson(options));
  }
  const json = parseJson(options, input.name);
  return reader
    ? reader.native.readSync(input.text, json, reader.at)
    : native.NativeSnapshot.parse(input.text, json);
}

// Asynchronous, so that what the native half refuses at once is a rejection too.
async function parsedAsync(
  input: AsyncInput,
  options: ParseOptions,
  stop: native.NativeStop,
  reader?: Reader,
): Promise<native.NativeSnapshot> {
  if (!("text" in input)) {
    const { names, texts } = input;
    return await native.NativeSnapshot.parseManyAsync(names, texts, parseJson(options), stop);
  }
  const json = parseJson(options, input.name);
  return reader
    ? await reader.native.read(input.text, json, reader.at, stop)
    : await native.NativeSnapshot.parseAsync(input.text, json, stop);
}

/** How a call reads what is no snapshot yet. */
export interface Reading extends Transfer {
  readonly limits: Limits;
}

/** How a detector reads what is no snapshot yet: within its own limits. */
export function readingOf(detector: native.NativeDetector, { transfer }: Transfer = {}): Reading {
  const limits = camelCase(parse(guarded(() => detector.limits())) as Json) as Limits;
  return transfer === undefined ? { limits } : { transfer, limits };
}

/** Passes a snapshot on, and reads anything else. */
export function snapshotOf(
  source: Snapshot | Source,
  { limits }: Reading,
  reader?: Reader,
): Snapshot {
  return source instanceof Snapshot ? source : Snapshot.read(source, { limits }, reader);
}

type Transfer = Pick<AsyncOptions, "transfer">;

/** As `snapshotOf`, in a turn. */
export function snapshotLater(
  source: Snapshot | AsyncSource,
  reading: Reading,
  reader?: Reader,
): Later<native.NativeSnapshot> {
  if (source instanceof Snapshot) return async () => source.native;
  const later = Snapshot.later(source, reading, reader);
  return async (turn) => (await later(turn)).native;
}

/** The fields of a record that options stand for: names in camel case, or as a record has them. */
function recordOf(options: RecordOptions): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(objectOf("the options of a resource", options))) {
    if (value === undefined) continue;
    const field = FIELDS.get(name) ?? name;
    if (field in fields || RESERVED.has(field)) {
      const message = `\`${field}\` stands twice in a record`;
      throw new DriftError({ code: "DRIFT_OPTION", message });
    }
    fields[field] = value;
  }
  return fields;
}

const FIELDS = new Map([
  ["dependsOn", "depends_on"],
  ["managedBy", "managed_by"],
]);
const RESERVED = new Set(["type", "id", "attributes"]);

/** How the names of files end that are read for what their text shows. */
const SHOWN = /\.(json|tfstate|ndjson|jsonl|ya?ml)$/i;

/** Whether a file is no JSON and no YAML: its text does not show what it is. */
const isConfig = (name?: string) =>
  name !== undefined && native.isReadable(name) && !SHOWN.test(name);

/**
 * Puts a snapshot together from what a collector reads. What is added resource by resource covers
 * nothing until it is said so. A document covers what it would by itself, and one that says that there
 * is more to fetch makes its types incomplete until its next pages have been added.
 *
 * ```js
 * const live = new SnapshotBuilder("aws", { region: "eu-west-1" });
 * live.add("aws_sqs_queue", "jobs", { delay_seconds: 0 }).complete("aws_sqs_queue");
 * live.failed("aws_iam_role", "AccessDenied");
 * const actual = live.build();
 * ```
 */
export class SnapshotBuilder {
  readonly #native: native.NativeBuilder;
  readonly #scope: Record<string, string>;

  /** Starts an empty snapshot of what `provider` holds in `scope`. */
  constructor(provider = "", scope: Record<string, string> = {}) {
    this.#scope = stringsOf("scope", scope);
    this.#native = new native.NativeBuilder(stringOf("`provider`", provider), this.#scope);
  }

  /** No document: what it holds is in none of its fields. */
  get [Symbol.toStringTag](): string {
    return "SnapshotBuilder";
  }

  /** Adds a resource. */
  add(type: string, id: string | number, attributes: Document, options: RecordOptions = {}): this {
    const record = stringify({
      ...recordOf(options),
      type: stringOf("`type`", type),
      id,
      attributes,
    });
    guarded(() => this.#native.add(record));
    return this;
  }

  /** Adds the items of a page, each with its id in the field `idKey`. */
  addMany(type: string, items: readonly unknown[], idKey: string): this {
    const [of, key] = [stringOf("`type`", type), stringOf("`idKey`", idKey)];
    guarded(() => this.#native.addMany(of, stringify(items), key));
    return this;
  }

  /**
   * Adds a document, or a page of an answer, on this thread; a folder's files one by one. Pages are added
   * in their order: a page continues the one before it that said that there is more, and the last one
   * makes all of them complete. The name of a file says what it is, as for `Snapshot.parse`; a folder
   * without documents is an error.
   */
  addDocument(source: Source, options: ParseOptions = {}): this {
    parsing(options);
    helping(source, () =>
      guarded(() => {
        const input = read(source);
        if (!("text" in input)) this.#addFiles(input.names, input.texts, options);
        else if (isConfig(options.name ?? input.name))
          this.#native.addSnapshot(parsed(input, this.#here(options)));
        else this.#native.addDocument(input.text, parseJson(options, input.name));
      }),
    );
    return this;
  }

  /** Adds the files of a folder: pages one after the other, with configuration as a whole. */
  #addFiles(names: string[], texts: Buffer[], options: ParseOptions): void {
    if (names.length === 0 || names.some(isConfig)) {
      this.#native.addSnapshot(parsed({ names, texts }, this.#here(options)));
      return;
    }
    const empty: string[] = [];
    names.forEach((name, at) => {
      try {
        const text = texts[at] as Buffer;
        guarded(() => this.#native.addDocument(text, parseJson({ ...options, name })));
      } catch (error) {
        if (!(error instanceof DriftError) || error.code !== "DRIFT_NO_RESOURCES") throw error;
        empty.push(name);
      }
    });
    if (empty.length === 0) return;
    // Beside an empty list they are warnings, and by themselves the error that they are alone.
    const beside = empty.length < names.length ? ["list.json"] : [];
    const nothing = [...beside.map(() => Buffer.from("[]")), ...empty.map(() => Buffer.alloc(0))];
    this.#native.addSnapshot(parsed({ names: [...beside, ...empty], texts: nothing }, {}));
  }

  /** What is read as a whole stands, and is complete, in the scope of the builder. */
  #here(options: ParseOptions): ParseOptions {
    const own = stringsOf("scope", options.scope ?? {});
    return { ...options, scope: { ...this.#scope, ...own } };
  }

  /**
   * Adds a resource that is only known to exist: its attributes have not been read. Where it is declared
   * it is `not_checked`, with the reason `not_collected`.
   */
  addListed(type: string, id: string): this {
    const [of, named] = [stringOf("`type`", type), stringOf("`id`", id)];
    guarded(() => this.#native.addListed(of, named));
    return this;
  }

  /** Says what ought to be read: an account, a region, a cluster. Coverage counts it. */
  expect(scope: Record<string, string>, type: string | null = null): this {
    const place = stringsOf("scope", scope);
    const of = type === null ? null : stringOf("`type`", type);
    guarded(() => this.#native.expect(place, of));
    return this;
  }

  /** Adds all that another snapshot holds and covers. */
  addSnapshot(snapshot: Snapshot): this {
    if (!(snapshot instanceof Snapshot)) throw expected("`snapshot`", "a Snapshot", snapshot);
    guarded(() => this.#native.addSnapshot(snapshot.native));
    return this;
  }

  /** Says that every resource of the type in the builder's scope has been added. */
  complete(type: string): this {
    const of = stringOf("`type`", type);
    guarded(() => this.#native.complete(of));
    return this;
  }

  /** Says that every resource of the builder's provider and scope has been added. */
  completeAll(): this {
    guarded(() => this.#native.complete(null));
    return this;
  }

  /** Says that the type could not be read, for the reason that the provider's own code stands for. */
  failed(type: string | null, code: string | number, detail = ""): this {
    const of = type === null ? null : stringOf("`type`", type);
    const own = typeof code === "number" ? String(code) : stringOf("`code`", code);
    const words = stringOf("`detail`", detail);
    guarded(() => this.#native.failed(of, own, words));
    return this;
  }

  /**
   * Says that the type could not be read, or not all of it, and why. `null` stands for all that the
   * builder's scope holds, and `*` in a type for any run of characters.
   */
  incomplete(type: string | null, reason: Reason, detail = ""): this {
    const told = [
      type === null ? null : stringOf("`type`", type),
      stringOf("`reason`", reason),
      stringOf("`detail`", detail),
    ] as const;
    guarded(() => this.#native.incomplete(...told));
    return this;
  }

  /** Makes the snapshot; the builder is spent then. */
  build(): Snapshot {
    return guarded(() => Snapshot.of(this.#native.build()));
  }
}
