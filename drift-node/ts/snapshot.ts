// What one side holds, and how it is put together.
import * as native from "../native/index.js";
import { bytesOf, expected, stringOf, stringsOf } from "./arguments.js";
import { awaited, DriftError, guarded } from "./error.js";
import { parse, stringify } from "./json.js";
import { hinted, type Input, parseJson, read, readAsync } from "./source.js";
import type {
  AsyncOptions,
  Document,
  ParseOptions,
  Reason,
  RecordOptions,
  Resource,
  Source,
  Warning,
} from "./types.js";

/** What one side holds: resources, the part of the world that it speaks for, and its age. */
export class Snapshot {
  /** @internal */
  readonly native!: native.NativeSnapshot;

  private constructor(snapshot: native.NativeSnapshot) {
    if (!snapshot) throw new TypeError("a Snapshot comes from parse or from a SnapshotBuilder");
    // Not enumerable: nothing of it is printed.
    Object.defineProperty(this, "native", { value: snapshot });
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
    try {
      return guarded(() => Snapshot.of(parsed(read(source), options)));
    } catch (error) {
      throw hinted(error, source);
    }
  }

  /** As `parse`, off the event loop. */
  static async parseAsync(
    source: Source,
    options: ParseOptions & AsyncOptions = {},
  ): Promise<Snapshot> {
    const { signal, transfer, ...rest } = options;
    signal?.throwIfAborted();
    const input = await readAsync(source, { signal, transfer });
    try {
      return Snapshot.of(await awaited(() => parsedAsync(input, rest), signal));
    } catch (error) {
      throw hinted(error, source);
    }
  }

  /** Reads many files as one document, by their names. */
  static parseMany(
    files: Iterable<readonly [string, string | Uint8Array]>,
    options: Omit<ParseOptions, "name"> = {},
  ): Snapshot {
    const all = [...files];
    const texts = all.map(([, text]) => bytesOf("the text of a file", text));
    const names = all.map(([name]) => stringOf("the name of a file", name));
    return guarded(() =>
      Snapshot.of(native.NativeSnapshot.parseMany(names, texts, parseJson(options))),
    );
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

function parsed(input: Input, options: ParseOptions): native.NativeSnapshot {
  return "text" in input
    ? native.NativeSnapshot.parse(input.text, parseJson(options, input.name))
    : native.NativeSnapshot.parseMany(input.names, input.texts, parseJson(options));
}

function parsedAsync(input: Input, options: ParseOptions): Promise<native.NativeSnapshot> {
  return "text" in input
    ? native.NativeSnapshot.parseAsync(input.text, parseJson(options, input.name))
    : native.NativeSnapshot.parseManyAsync(input.names, input.texts, parseJson(options));
}

/** Passes a snapshot on, and reads anything else. */
export function snapshotOf(source: Snapshot | Source): Snapshot {
  return source instanceof Snapshot ? source : Snapshot.parse(source);
}

/** As `snapshotOf`, off the event loop. */
export async function snapshotOfAsync(
  source: Snapshot | Source,
  options: AsyncOptions,
): Promise<Snapshot> {
  return source instanceof Snapshot ? source : Snapshot.parseAsync(source, options);
}

/** The fields of a record that options stand for: names in camel case, or as a record has them. */
function recordOf(options: RecordOptions): Record<string, unknown> {
  if (typeof options !== "object" || options === null) {
    throw expected("the options of a resource", "an object", options);
  }
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const field = FIELDS[name] ?? name;
    if (field in fields || RESERVED.has(field)) {
      const message = `\`${field}\` stands twice in a record`;
      throw new DriftError({ code: "DRIFT_OPTION", message });
    }
    fields[field] = value;
  }
  return fields;
}

const FIELDS: Record<string, string> = { dependsOn: "depends_on", managedBy: "managed_by" };
const RESERVED = new Set(["type", "id", "attributes"]);

/**
 * Puts a snapshot together from what a collector reads. Nothing is covered until it is said so.
 *
 * ```js
 * const live = new SnapshotBuilder("aws", { region: "eu-west-1" });
 * live.add("aws_sqs_queue", "jobs", { delay_seconds: 0 }).complete("aws_sqs_queue");
 * live.incomplete("aws_iam_role", "denied", "AccessDenied");
 * const actual = live.build();
 * ```
 */
export class SnapshotBuilder {
  readonly #native: native.NativeBuilder;

  /** Starts an empty snapshot of what `provider` holds in `scope`. */
  constructor(provider = "", scope: Record<string, string> = {}) {
    const place = stringsOf("scope", scope);
    this.#native = new native.NativeBuilder(stringOf("`provider`", provider), place);
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

  /** Says that the type could not be read, or not all of it, and why. */
  incomplete(type: string, reason: Reason, detail = ""): this {
    const told = [
      stringOf("`type`", type),
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
