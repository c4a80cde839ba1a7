// Compiled rules and options: built once, used many times.
import * as native from "../native/index.js";
import { expected, numberOf, stringOf } from "./arguments.js";
import { Baseline, nativesOf } from "./baseline.js";
import { awaited, DriftError, guarded } from "./error.js";
import { type EventsSource, eventsOf, eventsOfAsync } from "./events.js";
import { Explanation } from "./explanation.js";
import { parse } from "./json.js";
import { type OwnersSource, ownersOf } from "./owners.js";
import {
  dryRunSyncWith,
  dryRunWith,
  type PoliciesSource,
  policiesOf,
  testWith,
} from "./policies.js";
import type { DryRun, PolicyTests } from "./policy-types.js";
import { Partial, Report, timeText } from "./report.js";
import { type Snapshot, snapshotOf, snapshotOfAsync } from "./snapshot.js";
import { optionsJson, ruleText } from "./source.js";
import type {
  Acceptance,
  AsyncOptions,
  AsyncSource,
  Limits,
  Preview,
  PriorityOptions,
  RouteRule,
  Source,
  Text,
} from "./types.js";

/** Rules of a file, a text or an object, read once. */
export class Rules {
  /** @internal */
  readonly native!: native.NativeRules;

  private constructor(rules: native.NativeRules) {
    if (!rules) throw new TypeError("Rules come from Rules.parse");
    Object.defineProperty(this, "native", { value: rules });
  }

  /** Reads YAML or JSON text, a file by its URL, or an object of a rule file's shape. */
  static parse(source: Text): Rules {
    const [text, file] = ruleText(source);
    return guarded(() => new Rules(native.NativeRules.parse(text, file)));
  }

  /** How many rules there are. */
  get length(): number {
    return this.native.length;
  }
}

/** One source of rules. */
export type RulesSource = Rules | Text;

/** Options of a detector. */
export interface DetectorOptions {
  /** One, or a list, of: text, a `file:` URL, an object `{version, rules}`, `Rules`. */
  rules?: RulesSource | readonly RulesSource[];
  /** `"all"` by default, or a list of names; `[]` is none. */
  packs?: "all" | readonly string[];
  /** Layers by type glob, over the built-in table. */
  layers?: Record<string, string>;
  /** By which weights and matrix priorities come about, and how much hangs on which resources. */
  priority?: PriorityOptions;
  limits?: Limits;
  /** The field managers who declare (Kubernetes). */
  managers?: readonly string[];
  acceptances?: readonly Acceptance[];
  /** Keys the digests of changes that involve secrets. */
  digestKey?: string;
  /** Whose each resource is. */
  owners?: OwnersSource;
  /** Where findings go, before the defaults. */
  routes?: readonly RouteRule[];
  /** One, or a list, of: text (Rego or YAML), a `file:` URL, an object `{version, policies}`, `Policies`. */
  policies?: PoliciesSource | readonly PoliciesSource[];
  /** How many threads may work on one detection; as many as the machine offers by default. The
   * report is the same for any number. */
  threads?: number;
}

/** Options of one detection. */
export interface DetectOptions {
  /** What was last applied, or a `Baseline`: what was recorded as normal. */
  reference?: Snapshot | Baseline | Source;
  /** When the detection is made; now by default. */
  at?: Date | string;
  /** `full` lists what rules leave out as well. */
  detail?: "summary" | "full";
  /** Audit logs that tell who changed what. */
  events?: EventsSource;
  /** When all was last seen to be as declared. */
  since?: Date | string;
}

/** Options of recording a baseline. */
export interface BaselineOptions {
  /** The declared side: what it marks as secret is kept out too. */
  desired?: Snapshot | Source;
  /** An earlier baseline, whose acceptances are kept where they still hold. */
  previous?: Baseline;
  /** When it is taken; now by default. */
  at?: Date | string;
}

function rulesOf(given: DetectorOptions["rules"]): native.NativeRules[] {
  if (given === undefined || given === null) return [];
  const list = Array.isArray(given) ? (given as readonly RulesSource[]) : [given as RulesSource];
  for (const one of list) {
    const fits = typeof one === "string" || (typeof one === "object" && one !== null);
    if (!fits || ArrayBuffer.isView(one)) {
      throw new TypeError("rules are text, a URL, an object, Rules, or a list of these");
    }
  }
  const isRule = (one: RulesSource) =>
    typeof one === "object" && !(one instanceof URL) && "id" in one;
  // A list of single rules is what a rule file may hold as well.
  if (list.length > 0 && list.every(isRule)) return [Rules.parse(list).native];
  return list.map((one) => (one instanceof Rules ? one : Rules.parse(one)).native);
}

type Sides = [
  native.NativeSnapshot,
  native.NativeSnapshot,
  native.NativeSnapshot | null,
  native.NativeBaseline | null,
];
type Asked = DetectOptions & AsyncOptions;

const SYNC = ["reference", "at", "detail", "events", "since"];
const BASELINE = ["desired", "previous", "at"];
const ASYNC = [...SYNC, "signal", "transfer"];

/** An option that does not exist is refused. */
function only(options: object, known: string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const message = `no such option: \`${name}\``;
    const help = `the options are \`${known.join("`, `")}\``;
    throw new DriftError({ code: "DRIFT_OPTION", message, help });
  }
}

/** The baseline that was before, if there was one. */
function earlier(previous: Baseline | undefined): native.NativeBaseline | null {
  if (previous === undefined) return null;
  if (!(previous instanceof Baseline)) throw expected("`previous`", "a Baseline", previous);
  return previous.native;
}

type Told = [native.NativeEvents | null, string | null];

/** What tells who changed what. */
function logsOf(options: DetectOptions): Told {
  const { events, since } = options;
  return [eventsOf(events), since === undefined ? null : timeText(since)];
}

/** As `logsOf`, off the event loop. */
async function logsOfAsync(options: Asked): Promise<Told> {
  const { events, since, signal, transfer } = options;
  const read = await eventsOfAsync(events, { signal, transfer });
  return [read, since === undefined ? null : timeText(since)];
}

/** The time and the detail that options ask for. */
function asked(options: Asked, known: string[]): [at: string, detail: string] {
  only(options, known);
  return [timeText(options.at), stringOf("`detail`", options.detail ?? "summary")];
}

function sides(
  desired: Snapshot | Source,
  actual: Snapshot | Source,
  options: DetectOptions,
): Sides {
  const { reference } = options;
  const both = [snapshotOf(desired).native, snapshotOf(actual).native] as const;
  if (reference instanceof Baseline) return [...both, null, reference.native];
  return [...both, reference === undefined ? null : snapshotOf(reference).native, null];
}

async function sidesAsync(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  options: Asked,
): Promise<Sides> {
  const { reference, signal, transfer } = options;
  const read = async (side: Snapshot | AsyncSource) =>
    (await snapshotOfAsync(side, { signal, transfer })).native;
  const baseline = reference instanceof Baseline ? reference : null;
  return Promise.all([
    read(desired),
    read(actual),
    reference === undefined || reference instanceof Baseline ? null : read(reference),
    baseline?.native ?? null,
  ]);
}

/**
 * Finds drift between snapshots. Immutable: one serves any number of detections at once.
 *
 * ```js
 * const detector = new Detector({ rules: new URL("rules.yaml", import.meta.url) });
 * const report = await detector.detect(desired, actual);
 * ```
 */
export class Detector {
  readonly #native: native.NativeDetector;

  /** Compiles rules and options. */
  constructor(options: DetectorOptions = {}) {
    const { rules, owners, policies, ...rest } = options;
    const json = () => optionsJson({ ...rest, owners: ownersOf(owners) });
    this.#native = guarded(
      () => new native.NativeDetector(rulesOf(rules), policiesOf(policies), json()),
    );
  }

  /**
   * Records what is normal now, off the event loop: live values, secrets as digests under `digestKey`.
   */
  async baseline(
    actual: Snapshot | AsyncSource,
    options: BaselineOptions & AsyncOptions = {},
  ): Promise<Baseline> {
    const { desired, previous, signal, transfer } = options;
    only(options, [...BASELINE, "signal", "transfer"]);
    const [at, before] = [timeText(options.at), earlier(previous)];
    signal?.throwIfAborted();
    const read = async (side: Snapshot | AsyncSource) =>
      (await snapshotOfAsync(side, { signal, transfer })).native;
    const live = await read(actual);
    const declared = desired === undefined ? null : await read(desired);
    const taken = async () => await this.#native.baseline(live, declared, before, at);
    return Baseline.of(await awaited(taken, signal));
  }

  /** As `baseline`, on this thread. */
  baselineSync(actual: Snapshot | Source, options: BaselineOptions = {}): Baseline {
    only(options, BASELINE);
    const [at, before] = [timeText(options.at), earlier(options.previous)];
    const live = snapshotOf(actual).native;
    const declared = options.desired === undefined ? null : snapshotOf(options.desired).native;
    return guarded(() => Baseline.of(this.#native.baselineSync(live, declared, before, at)));
  }

  /** Whether the detector's policies say what the cases of a file expect. */
  testPolicies(cases: Text, options: { at?: Date | string } = {}): PolicyTests {
    return testWith(this.#native, cases, options);
  }

  /** What the detector's policies would have said of live snapshots, off the event loop. */
  async dryRun(
    snapshots: Iterable<Snapshot | AsyncSource>,
    options: { at?: Date | string } & AsyncOptions = {},
  ): Promise<DryRun> {
    return await dryRunWith(this.#native, snapshots, options);
  }

  /** As `dryRun`, on this thread. */
  dryRunSync(snapshots: Iterable<Snapshot | Source>, options: { at?: Date | string } = {}): DryRun {
    return dryRunSyncWith(this.#native, snapshots, options);
  }

  /** Compares two sides off the event loop; each is a snapshot or what `Snapshot.parse` takes. */
  async detect(
    desired: Snapshot | AsyncSource,
    actual: Snapshot | AsyncSource,
    options: DetectOptions & AsyncOptions = {},
  ): Promise<Report> {
    const [at, detail] = asked(options, ASYNC);
    options.signal?.throwIfAborted();
    const all = await sidesAsync(desired, actual, options);
    const logs = await logsOfAsync(options);
    const report = async (stop: native.NativeStop) =>
      await this.#native.question(...all, at, ...logs).detect(detail, stop);
    return Report.of(await awaited(report, options.signal));
  }

  /** As `detect`, on this thread. */
  detectSync(
    desired: Snapshot | Source,
    actual: Snapshot | Source,
    options: DetectOptions = {},
  ): Report {
    const [at, detail] = asked(options, SYNC);
    const all = sides(desired, actual, options);
    const logs = logsOf(options);
    return guarded(() => Report.of(this.#native.question(...all, at, ...logs).detectSync(detail)));
  }

  /** Compares two sides that hold a part of an estate, to be merged with other parts. */
  async partial(
    desired: Snapshot | AsyncSource,
    actual: Snapshot | AsyncSource,
    options: DetectOptions & AsyncOptions = {},
  ): Promise<Partial> {
    const [part] = await this.partials(desired, actual, 1, options);
    return part as Partial;
  }

  /** As `partial`, on this thread. */
  partialSync(
    desired: Snapshot | Source,
    actual: Snapshot | Source,
    options: DetectOptions = {},
  ): Partial {
    return this.partialsSync(desired, actual, 1, options)[0] as Partial;
  }

  /** Compares two sides and deals what is found out to `parts` parts, 1 to 4096. */
  async partials(
    desired: Snapshot | AsyncSource,
    actual: Snapshot | AsyncSource,
    parts: number,
    options: DetectOptions & AsyncOptions = {},
  ): Promise<Partial[]> {
    const [at, detail] = asked(options, ASYNC);
    options.signal?.throwIfAborted();
    const all = await sidesAsync(desired, actual, options);
    const logs = await logsOfAsync(options);
    const count = numberOf("`parts`", parts);
    const found = async (stop: native.NativeStop) =>
      await this.#native.question(...all, at, ...logs).partials(detail, count, stop);
    return (await awaited(found, options.signal)).map(Partial.of);
  }

  /** As `partials`, on this thread. */
  partialsSync(
    desired: Snapshot | Source,
    actual: Snapshot | Source,
    parts: number,
    options: DetectOptions = {},
  ): Partial[] {
    const [at, detail] = asked(options, SYNC);
    const all = sides(desired, actual, options);
    const logs = logsOf(options);
    const count = numberOf("`parts`", parts);
    const ask = () => this.#native.question(...all, at, ...logs).partialsSync(detail, count);
    return guarded(() => ask().map(Partial.of));
  }

  /** Everything about one path of one resource, off the event loop. */
  async explain(
    desired: Snapshot | AsyncSource,
    actual: Snapshot | AsyncSource,
    address: string,
    path: string,
    options: Pick<DetectOptions, "reference" | "at"> & AsyncOptions = {},
  ): Promise<Explanation> {
    const [at] = asked(options, ["reference", "at", "signal", "transfer"]);
    const place = [stringOf("`address`", address), stringOf("`path`", path)] as const;
    options.signal?.throwIfAborted();
    const all = await sidesAsync(desired, actual, options);
    const found = async () => await this.#native.question(...all, at).explain(...place);
    return Explanation.of(await awaited(found, options.signal));
  }

  /** As `explain`, on this thread. */
  explainSync(
    desired: Snapshot | Source,
    actual: Snapshot | Source,
    address: string,
    path: string,
    options: Pick<DetectOptions, "reference" | "at"> = {},
  ): Explanation {
    const [at] = asked(options, ["reference", "at"]);
    const place = [stringOf("`address`", address), stringOf("`path`", path)] as const;
    const all = sides(desired, actual, options);
    const ask = () => this.#native.question(...all, at).explainSync(...place);
    return guarded(() => Explanation.of(ask()));
  }
}

function split<T extends DetectorOptions & DetectOptions & AsyncOptions>(options: T) {
  const { reference, at, detail, events, since, signal, transfer, ...detector } = options;
  return { detector, detection: { reference, at, detail, events, since, signal, transfer } };
}

/** Compares two sides once, off the event loop; who compares often makes a `Detector`. */
export async function detect(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  options: DetectorOptions & DetectOptions & AsyncOptions = {},
): Promise<Report> {
  const { detector, detection } = split(options);
  return new Detector(detector).detect(desired, actual, detection);
}

/** As `detect`, on this thread. */
export function detectSync(
  desired: Snapshot | Source,
  actual: Snapshot | Source,
  options: DetectorOptions & DetectOptions = {},
): Report {
  const { detector, detection } = split(options);
  return new Detector(detector).detectSync(desired, actual, detection);
}

/**
 * What rules would have hidden in reports that have been made already. A report holds no documents:
 * where it takes them to tell, the change stands in `undecidable`.
 */
export function preview(
  rules: RulesSource | readonly RulesSource[],
  reports: Report | Iterable<Report>,
): Preview {
  const given = rulesOf(rules);
  const found = parse(guarded(() => native.preview(given, nativesOf(reports)))) as Fields;
  const { reports_changed, ...rest } = found;
  const told = (list: unknown) =>
    (list as Fields[]).map(({ detected_at, ...change }) => ({
      detectedAt: detected_at,
      ...change,
    }));
  return {
    ...rest,
    reportsChanged: reports_changed,
    hidden: told(found.hidden),
    undecidable: told(found.undecidable),
  } as unknown as Preview;
}

type Fields = { [name: string]: unknown };
