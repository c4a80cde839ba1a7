// The shapes of options and documents. The words that they take, and the shapes of answers, come with them.
import type { Priority } from "./report-types.js";
import type {
  CriticalityLevel,
  Destination,
  EventFormat,
  FindingStatus,
  FormatName,
  Reason,
  Severity,
} from "./words.js";

export type * from "./report-types.js";
export type * from "./words.js";

/**
 * A value of a document. An integer beyond `Number.MAX_SAFE_INTEGER` is a `bigint`, and one of more than 2000
 * digits its text.
 */
export type Json = null | boolean | number | bigint | string | Json[] | { [name: string]: Json };

/** A parsed document: anything that can be written as JSON, interfaces of your own included. */
export type Document = readonly unknown[] | { readonly [name: string]: unknown } | Plain;

/** What holds what its fields say: no `Map`, `Promise`, `Date`, stream or function. */
type Plain = object & {
  readonly [Symbol.toStringTag]?: never;
  readonly [Symbol.toPrimitive]?: never;
  readonly [Symbol.asyncIterator]?: never;
  readonly [Symbol.hasInstance]?: never;
};

/**
 * A document. Strings and bytes are content; a `file:` URL is a file, or a folder whose documents
 * are read; an object or an array is the parsed content, copied once.
 */
export type Source = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer | URL | Document;

/** A text that comes piece by piece, a stream of Node or of the web for example; objects are lines of NDJSON. */
export type Pieces = AsyncIterable<string | ArrayBufferView | ArrayBuffer | Document>;

/** What calls off the event loop read besides. */
export type AsyncSource = Source | Pieces;

/** Rules or a mapping: text, a `file:` URL, or the parsed content. */
export type Text = string | URL | Document;

/** A part of the world; what is absent matches everything. */
export interface Cell {
  /** `aws`, `kubernetes` and so on. */
  provider?: string;
  /** The type of resources: `apps/Deployment`. */
  type?: string;
  /** Where: account, region, cluster, namespace. */
  scope?: Record<string, string>;
}

/** A cell that could not be read, and why. */
export interface Gap {
  /** What could not be read; all of it where nobody says. */
  cell?: Cell;
  /** Why. */
  reason: Reason;
  /** The provider's own words. */
  detail?: string;
}

/** Bounds on what is read and compared; what passes one is a `DriftError` with `DRIFT_LIMIT`. */
export interface Limits {
  /** Bytes of one document; 1 GiB by default, at most 4294967295. */
  maxBytes?: number;
  /** Containers inside each other, documents inside strings included; 512 by default, and at most. */
  maxDepth?: number;
  /** Nodes of one document, keys of maps included; 100,000,000 by default. */
  maxNodes?: number;
  /** Nodes that YAML aliases or the loops of a template may add for each byte, beyond the first 100,000; 10 by default. */
  maxAliasRatio?: number;
  /** Documents in one YAML or NDJSON stream; 1,000,000 by default. */
  maxDocuments?: number;
  /** Magnitude of a number's decimal exponent; 1,000,000 by default. */
  maxExponent?: number;
  /** Pairs that are tried where elements of a list have no key; 65,536 by default. */
  maxListPairs?: number;
  /** Steps of one rule of a policy over one side of one resource. */
  maxPolicySteps?: number;
  /** What its functions and operators may build or look through meanwhile, in bytes. */
  maxPolicyBytes?: number;
}

/** How documents are read, and what they speak for. */
export interface ParseOptions {
  /** What the document holds; `auto` by default. */
  format?: FormatName;
  /** Which of the format's views is meant. */
  view?: string;
  /** The name of the file, for errors and sources. */
  name?: string;
  /** How resources stand in the document: a mapping, or the name of one that is built in. */
  mapping?: Text;
  /** Whether the documents hold everything there is. */
  complete?: boolean;
  /** Cells of which the documents hold everything. */
  covers?: readonly Cell[];
  /** What could not be read. */
  gaps?: readonly Gap[];
  /** What ought to have been read: accounts, regions, clusters. */
  expected?: readonly Cell[];
  /** Fills the fields that a resource's own scope leaves out. */
  scope?: Record<string, string>;
  /** The revision that the documents were read at. */
  revision?: string;
  /** When the documents were read. */
  takenAt?: Date | string;
  /** What a key that stands twice in one map means; `error` by default. */
  duplicateKeys?: "error" | "last";
  /** Bounds on what is read. */
  limits?: Limits;
  /** Values for the parameters of a template, by name, or as the AWS tools have them. */
  parameters?:
    | Record<string, string | readonly string[]>
    | readonly {
        ParameterKey: string;
        ParameterValue?: string;
        ResolvedValue?: string;
        UsePreviousValue?: boolean;
      }[];
  /** What the stack of a template lists: the answer of `list-stack-resources`. */
  stackResources?: Text;
  /** Whose SQL it is. */
  dialect?: "postgresql" | "mysql" | "mariadb" | "sqlite";
  /** How many threads may read at once; as many as the machine offers by default. */
  threads?: number;
}

/** How events are read. */
export interface EventOptions {
  /** What log they are of; `auto` by default. */
  format?: EventFormat;
  /** Where the log was taken, where its events do not say: the cluster of a Kubernetes log. */
  scope?: Record<string, string>;
  /** The name of the file, for errors. */
  name?: string;
  /** What a key that stands twice in one map means; `error` by default. */
  duplicateKeys?: "error" | "last";
  /** Bounds on what is read. */
  limits?: Limits;
}

/** Options of calls off the event loop. */
export interface AsyncOptions {
  /** Settles the promise at once; work that waits is not begun, and work that has begun stops soon. */
  signal?: AbortSignal;
  /** Takes buffers over without a copy: the caller's become empty. Those that share memory with
   * others are copied all the same. What is copied and longer than 1 MiB must stay as it is until the promise has
   * settled. */
  transfer?: boolean;
}

/** Which findings are asked for, and how many at once. What is not said does not matter. */
export interface FindingQuery {
  /** A severity, or a bound: `">=high"`. */
  severity?: Severity | `${">=" | ">" | "<=" | "<" | "="}${Severity}`;
  /** What kind of problem: `security`, for example. */
  category?: string | readonly string[];
  /** `""` for what is nobody's. */
  owner?: string | readonly string[];
  /** How the resource stands. */
  status?: FindingStatus | readonly FindingStatus[];
  /** Types of resources, as globs. */
  type?: string | readonly string[];
  /** The part of an infrastructure that the resource belongs to: `network`, for example. */
  layer?: string | readonly string[];
  /** Printed paths of changes, as globs. */
  path?: string | readonly string[];
  /** How many findings a page has, 100 by default. */
  limit?: number;
  /** That of the page before. */
  cursor?: string;
}

/** A decision to live with one very change, for a time. */
export interface Acceptance {
  /** That of the change, or of the finding. */
  fingerprint: string;
  /** Its `digest`: another value at the same path is not accepted. */
  digest: string;
  /** Who decided. */
  by: string;
  /** Why. */
  reason: string;
  /** Until when: a time, or a date alone, which holds to its end; for good where nobody says. */
  expires?: string | null;
}

/** What a resource of a builder says beside its attributes. */
export interface RecordOptions {
  /** Instead of the builder's. */
  provider?: string;
  /** Over the builder's: account, region, cluster, namespace. */
  scope?: Record<string, string>;
  /** Its name in its own source, for people. */
  address?: string;
  /** What else it is known by, by kind: `{ arn: "arn:aws:…" }`. */
  identities?: Record<string, string>;
  /** By name, or as the provider lists them: `[{ Key, Value }]`. */
  tags?: Record<string, string> | readonly { [name: string]: unknown }[];
  /** The addresses of the resources that it depends on. */
  dependsOn?: readonly string[];
  /** Who manages it. */
  managedBy?: string;
  /** JSON Pointers into the attributes: values that are there and not known. */
  unknown?: readonly string[];
  /** JSON Pointers into the attributes: values that must not be shown. */
  sensitive?: readonly string[];
  /** Where it was read. */
  source?: { file?: string; line?: number; revision?: string };
}

/** How priorities come about; what is left out stays as it is. */
export interface PriorityOptions {
  /** How much each factor counts in the score: whole numbers from 0 to 100. */
  weights?: Partial<Priority["factors"]>;
  /** Levels by severity, then by how much hangs on the resource. */
  matrix?: Partial<Record<Severity, Partial<Record<CriticalityLevel, Priority["level"]>>>>;
  /** The first that takes a resource in counts; all but `level` are globs. */
  criticality?: readonly {
    level: CriticalityLevel;
    provider?: string;
    type?: string;
    id?: string;
    scope?: Record<string, string>;
    tags?: Record<string, string>;
  }[];
}

/** One source of owners, as data. `name` is that of its file, for errors. */
export type OwnerSource = { name?: string } & (
  | { tags: readonly string[] }
  | { codeowners: string; folder?: string }
  | { backstage: string | Document; match?: readonly { of: string; tag: string }[] }
  | { csv: string }
  | { rules: true }
);

/** A map of owners, as data. */
export interface OwnerData {
  /** Asked in this order. */
  sources: readonly OwnerSource[];
  /** Names that are read as another: `{ "@acme/payments": "payments" }`. */
  aliases?: Record<string, string>;
}

/** A rule of where findings go. */
export interface RouteRule {
  /** `severity`, `status`, `category`, `layer`, `provider`, `type`, `owner` and `ownership`, each a glob or
   * a list of globs. */
  match?: Record<string, string | readonly string[]>;
  /** Where such a finding goes. */
  to: Destination;
  /** Why; it stands in the finding's `route`. */
  reason?: string;
}
