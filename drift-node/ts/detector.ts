// Compiled rules and options: built once, used many times.
import * as native from "../native/index.js";
import { alive, expected, numberOf, OFF, objectOf, only, stringOf, whole } from "./arguments.js";
import { Baseline, nativesOf } from "./baseline.js";
import { camelCase } from "./camel.js";
import { guarded } from "./error.js";
import { type EventsSource, eventsLater, eventsOf } from "./events.js";
import { Explanation } from "./explanation.js";
import {
  type Objectives,
  objectivesJson,
  Parity,
  type ParityOptions,
  parityJson,
  Readiness,
  type TagsSource,
  tagsOf,
} from "./fleet.js";
import { parse } from "./json.js";
import { type OwnersSource, ownersOf } from "./owners.js";
import { inPlace, laterInPlace } from "./places.js";
import {
  dryRunSyncWith,
  dryRunWith,
  type PoliciesSource,
  policiesOf,
  testWith,
} from "./policies.js";
import type { DryRun, PolicyTests } from "./policy-types.js";
import { type ProgressOptions, reporting } from "./progress.js";
import { inTurn, type Turn, together } from "./queue.js";
import { Partial, Report, timeText } from "./report.js";
import { type RulesSource, rulesOf } from "./rules.js";
import {
  beforeLater,
  logsOf,
  nativeIfAny,
  questionLater,
  sides,
  sidesLater,
  snapshotIfAny,
} from "./sides.js";
import { type Reading, readingOf, Snapshot, snapshotLater, snapshotOf } from "./snapshot.js";
import { optionsJson } from "./source.js";
import type {
  Acceptance,
  AsyncOptions,
  AsyncSource,
  Json,
  Limits,
  ParseOptions,
  Preview,
  PriorityOptions,
  RouteRule,
  Source,
  Text,
} from "./types.js";

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
  /** Bounds on what is compared, on policies, and on what the detector reads itself. */
  limits?: Limits;
  /** The field managers who declare (Kubernetes). */
  managers?: readonly string[];
  /** Decisions to live with very changes, for a time. */
  acceptances?: readonly Acceptance[];
  /** Keys the digests of changes that involve secrets. */
  digestKey?: string;
  /** Whose each resource is. */
  owners?: OwnersSource;
  /** Where findings go, before the defaults. */
  routes?: readonly RouteRule[];
  /** What is demanded of tags and labels. */
  tags?: TagsSource;
  /** One, or a list, of: text (Rego or YAML), a `file:` URL, an object `{version, policies}`, `Policies`. */
  policies?: PoliciesSource | readonly PoliciesSource[];
  /** How many threads may work on one detection; as many as the machine offers by default. The
   * report is the same for any number. */
  threads?: number;
}

/** Options of one detection. */
export interface DetectOptions<S = Source> {
  /** What was last applied, or a `Baseline`: what was recorded as normal. */
  reference?: Snapshot | Baseline | S | null;
  /** When the detection is made; now by default. */
  at?: Date | string;
  /** `full` lists what rules leave out as well. */
  detail?: "summary" | "full";
  /** Audit logs that tell who changed what. */
  events?: EventsSource<S>;
  /** When all was last seen to be as declared. */
  since?: Date | string;
}

/** Options of asking what is missing. */
export interface DoctorOptions<S = Source> {
  /** What was last applied, or a `Baseline`. */
  reference?: Snapshot | Baseline | S | null;
  /** When it is asked; now by default. */
  at?: Date | string;
  /** Audit logs that tell who changed what. */
  events?: EventsSource<S>;
  /** What the estate ought to reach. */
  objectives?: Objectives;
}

/** Options of recording a baseline. */
export interface BaselineOptions<S = Source> {
  /** The declared side: what it marks as secret is kept out too. */
  desired?: Snapshot | S | null;
  /** An earlier baseline, whose acceptances are kept where they still hold. */
  previous?: Baseline;
  /** When it is taken; now by default. */
  at?: Date | string;
}

type Asked = DetectOptions<AsyncSource> & AsyncOptions;

const SYNC = ["reference", "at", "detail", "events", "since"];
const BASELINE = ["desired", "previous", "at"];
const PARITY = ["baseline", "substitutions", "allow", "varying", "at", "detail"];
const DETECTOR = [
  ...["rules", "packs", "layers", "priority", "limits", "managers", "acceptances", "digestKey"],
  ...["owners", "routes", "tags", "policies", "threads"],
];
const DOCTOR = ["reference", "at", "events", "objectives"];
const ASYNC = [...SYNC, ...OFF, "onProgress"];

/** The baseline that was before, if there was one. */
function earlier(previous: Baseline | undefined): native.NativeBaseline | null {
  if (previous === undefined) return null;
  if (!(previous instanceof Baseline)) throw expected("`previous`", "a Baseline", previous);
  return previous.native;
}

/** The names of snapshots. */
const namesOf = (snapshots: object) => Object.keys(objectOf("`snapshots`", snapshots)).map(whole);

/** The time and the detail that options ask for. */
function asked(options: Asked, known: string[]): [at: string, detail: string] {
  only(options, known);
  return [timeText(options.at), stringOf("`detail`", options.detail ?? "summary")];
}

/** Marks a detector that has been made already. */
const FROM = Symbol("made");
type Made = { [FROM]?: native.NativeDetector };

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
    const {
      rules,
      owners,
      tags,
      policies,
      [FROM]: made,
      ...rest
    } = objectOf("the options", options) as DetectorOptions & Made;
    only({ rules, owners, tags, policies, ...rest }, DETECTOR);
    // Bytes would be written in base64, and be another key.
    if (rest.digestKey !== undefined) stringOf("`digestKey`", rest.digestKey);
    const json = () => optionsJson({ ...rest, owners: ownersOf(owners), tags: tagsOf(tags) });
    this.#native =
      made ??
      guarded(() => new native.NativeDetector(rulesOf(rules), policiesOf(policies), json()));
  }

  /** How it reads what is no snapshot yet. */
  #reading(options?: AsyncOptions): Reading {
    return readingOf(this.#native, options);
  }

  /** Makes the same detector from what `serialize` has written, in a worker thread for example. */
  static deserialize(text: string): Detector {
    const json = stringOf("`text`", text);
    const made: Made = { [FROM]: guarded(() => native.NativeDetector.deserialize(json)) };
    return new Detector(made as DetectorOptions);
  }

  /** No document: what it holds is in none of its fields. */
  get [Symbol.toStringTag](): string {
    return "Detector";
  }

  /**
   * Its rules and options as one JSON text, files read: what another thread or process makes the same
   * detector from. It holds the `digestKey`, so keep it as safe as that.
   */
  serialize(): string {
    return guarded(() => this.#native.serialize());
  }

  /**
   * Reads a document for detections of this detector, off the event loop; options as for `Snapshot.parse`. The
   * snapshot is the same, and serves any other detector as well. What this one can work out in the same pass
   * over the bytes it does, so that `detect` need not look at all of them again; `detect` does so itself with
   * what is no snapshot yet. `at` is when the detections will be made.
   */
  async read(
    source: AsyncSource,
    options: ParseOptions & AsyncOptions & { at?: Date | string } = {},
  ): Promise<Snapshot> {
    const { at, limits = this.#reading().limits, ...rest } = objectOf("the options", options);
    const reader = { native: this.#native, at: timeText(at) };
    return Snapshot.readAsync(source, { ...rest, limits }, reader);
  }

  /** As `read`, on this thread. */
  readSync(source: Source, options: ParseOptions & { at?: Date | string } = {}): Snapshot {
    const { at, limits = this.#reading().limits, ...rest } = objectOf("the options", options);
    return Snapshot.read(source, { ...rest, limits }, { native: this.#native, at: timeText(at) });
  }

  /**
   * Records what is normal now, off the event loop: live values, secrets as digests under `digestKey`.
   */
  async baseline(
    actual: Snapshot | AsyncSource,
    options: BaselineOptions<AsyncSource> & AsyncOptions = {},
  ): Promise<Baseline> {
    const { desired, previous } = only(options, [...BASELINE, ...OFF]);
    const [at, before] = [timeText(options.at), earlier(previous)];
    const prepare = () => {
      const reading = this.#reading(options);
      const parts = [snapshotLater(actual, reading), snapshotIfAny(desired, reading)] as const;
      return async (turn: Turn) => {
        const [live, declared] = await together(parts, turn);
        return await turn.work(
          async (stop) => await this.#native.baseline(live, declared, before, at, stop),
        );
      };
    };
    return Baseline.of(await inTurn(prepare, options.signal));
  }

  /** As `baseline`, on this thread. */
  baselineSync(actual: Snapshot | Source, options: BaselineOptions = {}): Baseline {
    only(options, BASELINE);
    const [at, before] = [timeText(options.at), earlier(options.previous)];
    const [reading, { desired }] = [this.#reading(), options];
    const live = snapshotOf(actual, reading).native;
    const declared = nativeIfAny(desired, reading);
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
    options: DetectOptions<AsyncSource> & AsyncOptions & ProgressOptions = {},
  ): Promise<Report> {
    const [at, detail] = asked(options, ASYNC);
    alive(options.signal);
    return await reporting(options, async (given, reporter) =>
      inTurn(() => {
        const [reading, reader] = [this.#reading(given), { native: this.#native, at }];
        const read = questionLater(desired, actual, given, reading, reader);
        return async (turn) => {
          const [all, logs] = await read(turn);
          const report = async (stop: native.NativeStop) =>
            await this.#native
              .question(...all, at, ...logs)
              .detect(detail, stop, reporter?.begin());
          return Report.of(await turn.work(report), all);
        };
      }, given.signal),
    );
  }

  /** As `detect`, on this thread. */
  detectSync(
    desired: Snapshot | Source,
    actual: Snapshot | Source,
    options: DetectOptions = {},
  ): Report {
    const [at, detail] = asked(options, SYNC);
    const [reading, reader] = [this.#reading(), { native: this.#native, at }];
    const all = sides(desired, actual, options.reference, reading, reader);
    const logs = logsOf(options, reading);
    const ask = () => this.#native.question(...all, at, ...logs).detectSync(detail);
    return guarded(() => Report.of(ask(), all));
  }

  /** Compares two sides that hold a part of an estate, to be merged with other parts. */
  async partial(
    desired: Snapshot | AsyncSource,
    actual: Snapshot | AsyncSource,
    options: DetectOptions<AsyncSource> & AsyncOptions & ProgressOptions = {},
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
    options: DetectOptions<AsyncSource> & AsyncOptions & ProgressOptions = {},
  ): Promise<Partial[]> {
    const [at, detail] = asked(options, ASYNC);
    const count = numberOf("`parts`", parts);
    alive(options.signal);
    return await reporting(options, async (given, reporter) =>
      inTurn(() => {
        const [reading, reader] = [this.#reading(given), { native: this.#native, at }];
        const read = questionLater(desired, actual, given, reading, reader);
        return async (turn) => {
          const [all, logs] = await read(turn);
          const found = async (stop: native.NativeStop) => {
            const question = this.#native.question(...all, at, ...logs);
            return await question.partials(detail, count, stop, reporter?.begin());
          };
          return (await turn.work(found)).map(Partial.of);
        };
      }, given.signal),
    );
  }

  /** As `partials`, on this thread. */
  partialsSync(
    desired: Snapshot | Source,
    actual: Snapshot | Source,
    parts: number,
    options: DetectOptions = {},
  ): Partial[] {
    const [at, detail] = asked(options, SYNC);
    const [reading, reader] = [this.#reading(), { native: this.#native, at }];
    const all = sides(desired, actual, options.reference, reading, reader);
    const logs = logsOf(options, reading);
    const count = numberOf("`parts`", parts);
    const ask = () => this.#native.question(...all, at, ...logs).partialsSync(detail, count);
    return guarded(() => ask().map(Partial.of));
  }

  /**
   * Holds snapshots against each other off the event loop, each by its name: who differs where, and how
   * much is alike.
   */
  async compareMany(
    snapshots: Readonly<Record<string, Snapshot | AsyncSource>>,
    options: ParityOptions & AsyncOptions = {},
  ): Promise<Parity> {
    const [at, detail] = asked(options, [...PARITY, ...OFF]);
    const [names, json] = [namesOf(snapshots), parityJson(options)];
    const prepare = () => {
      const reading = this.#reading(options);
      const parts = Object.entries(snapshots).map(([name, given]) =>
        laterInPlace(`snapshot \`${name}\``, () => snapshotLater(given, reading)),
      );
      return async (turn: Turn) => {
        const all = await together(parts, turn);
        return await turn.work(
          async (stop) =>
            await native.compareMany(this.#native, names, all, json, at, detail, stop),
        );
      };
    };
    return Parity.of(await inTurn(prepare, options.signal));
  }

  /** As `compareMany`, on this thread. */
  compareManySync(
    snapshots: Readonly<Record<string, Snapshot | Source>>,
    options: ParityOptions = {},
  ): Parity {
    const [at, detail] = asked(options, PARITY);
    const [names, json] = [namesOf(snapshots), parityJson(options)];
    const reading = this.#reading();
    const all = Object.entries(snapshots).map(([name, given]) =>
      inPlace(`snapshot \`${name}\``, () => snapshotOf(given, reading).native),
    );
    const found = () => native.compareManySync(this.#native, names, all, json, at, detail);
    return guarded(() => Parity.of(found()));
  }

  /** What is missing before an estate is ready, off the event loop; a side that is not given is missing. */
  async doctor(
    desired?: Snapshot | AsyncSource | null,
    actual?: Snapshot | AsyncSource | null,
    options: DoctorOptions<AsyncSource> & AsyncOptions = {},
  ): Promise<Readiness> {
    const [at] = asked(options, [...DOCTOR, ...OFF]);
    const { reference, events, objectives } = options;
    const json = objectivesJson(objectives);
    const prepare = () => {
      const reading = this.#reading(options);
      const [before, baseline] = beforeLater(reference, reading);
      const declared = snapshotIfAny(desired, reading);
      const live = snapshotIfAny(actual, reading);
      const parts = [declared, live, before, eventsLater(events, reading)] as const;
      return async (turn: Turn) => {
        const [one, other, last, logs] = await together(parts, turn);
        const asked = [this.#native, one, other, last, baseline, at, logs, json] as const;
        return await turn.work(async (stop) => await native.doctor(...asked, stop));
      };
    };
    return Readiness.of(await inTurn(prepare, options.signal));
  }

  /** As `doctor`, on this thread. */
  doctorSync(
    desired?: Snapshot | Source | null,
    actual?: Snapshot | Source | null,
    options: DoctorOptions = {},
  ): Readiness {
    const [at] = asked(options, DOCTOR);
    const { reference, events, objectives } = options;
    const json = objectivesJson(objectives);
    const reading = this.#reading();
    const baseline = reference instanceof Baseline ? reference.native : null;
    const before = reference instanceof Baseline ? null : nativeIfAny(reference, reading);
    const declared = nativeIfAny(desired, reading);
    const [live, logs] = [nativeIfAny(actual, reading), eventsOf(events, reading)];
    const found = () =>
      native.doctorSync(this.#native, declared, live, before, baseline, at, logs, json);
    return guarded(() => Readiness.of(found()));
  }

  /** Everything about one path of one resource, off the event loop. */
  async explain(
    desired: Snapshot | AsyncSource,
    actual: Snapshot | AsyncSource,
    address: string,
    path: string,
    options: Pick<DetectOptions<AsyncSource>, "reference" | "at"> & AsyncOptions = {},
  ): Promise<Explanation> {
    const [at] = asked(options, ["reference", "at", ...OFF]);
    const place = [stringOf("`address`", address), stringOf("`path`", path)] as const;
    const prepare = () => {
      const [reading, reader] = [this.#reading(options), { native: this.#native, at }];
      const read = sidesLater(desired, actual, options.reference, reading, reader);
      return async (turn: Turn) => {
        const all = await read(turn);
        return await turn.work(
          async () => await this.#native.question(...all, at).explain(...place),
        );
      };
    };
    return Explanation.of(await inTurn(prepare, options.signal));
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
    const reader = { native: this.#native, at };
    const all = sides(desired, actual, options.reference, this.#reading(), reader);
    const ask = () => this.#native.question(...all, at).explainSync(...place);
    return guarded(() => Explanation.of(ask()));
  }
}

type Detection<S> = DetectOptions<S> & AsyncOptions & ProgressOptions;

function split<S>(options: DetectorOptions & Detection<S>, known: string[]) {
  only(options, [...known, ...DETECTOR]);
  const { reference, at, detail, events, since, signal, transfer, onProgress, ...rest } = options;
  const detection = { reference, at, detail, events, since, signal, transfer, onProgress };
  return { detector: rest, detection };
}

/** Compares two sides once, off the event loop; who compares often makes a `Detector`. */
export async function detect(
  desired: Snapshot | AsyncSource,
  actual: Snapshot | AsyncSource,
  options: DetectorOptions & DetectOptions<AsyncSource> & AsyncOptions & ProgressOptions = {},
): Promise<Report> {
  const { detector, detection } = split<AsyncSource>(options, ASYNC);
  return new Detector(detector).detect(desired, actual, detection);
}

/** As `detect`, on this thread. */
export function detectSync(
  desired: Snapshot | Source,
  actual: Snapshot | Source,
  options: DetectorOptions & DetectOptions = {},
): Report {
  const { detector, detection } = split<Source>(options, SYNC);
  return new Detector(detector).detectSync(desired, actual, detection);
}

/** Holds snapshots against each other once, off the event loop, as `Detector.compareMany` does. */
export async function compareMany(
  snapshots: Readonly<Record<string, Snapshot | AsyncSource>>,
  options: DetectorOptions & ParityOptions & AsyncOptions = {},
): Promise<Parity> {
  only(options, [...PARITY, ...OFF, ...DETECTOR]);
  const { baseline, substitutions, allow, varying, at, detail, signal, transfer, ...rest } =
    options;
  const given = { baseline, substitutions, allow, varying, at, detail, signal, transfer };
  return new Detector(rest).compareMany(snapshots, given);
}

/** As `compareMany`, on this thread. */
export function compareManySync(
  snapshots: Readonly<Record<string, Snapshot | Source>>,
  options: DetectorOptions & ParityOptions = {},
): Parity {
  only(options, [...PARITY, ...DETECTOR]);
  const { baseline, substitutions, allow, varying, at, detail, ...rest } = options;
  const given = { baseline, substitutions, allow, varying, at, detail };
  return new Detector(rest).compareManySync(snapshots, given);
}

/** What is missing before an estate is ready, off the event loop, as `Detector.doctor` tells it. */
export async function doctor(
  desired?: Snapshot | AsyncSource | null,
  actual?: Snapshot | AsyncSource | null,
  options: DetectorOptions & DoctorOptions<AsyncSource> & AsyncOptions = {},
): Promise<Readiness> {
  only(options, [...DOCTOR, ...OFF, ...DETECTOR]);
  const { reference, at, events, objectives, signal, transfer, ...rest } = options;
  const given = { reference, at, events, objectives, signal, transfer };
  return new Detector(rest).doctor(desired, actual, given);
}

/** As `doctor`, on this thread. */
export function doctorSync(
  desired?: Snapshot | Source | null,
  actual?: Snapshot | Source | null,
  options: DetectorOptions & DoctorOptions = {},
): Readiness {
  only(options, [...DOCTOR, ...DETECTOR]);
  const { reference, at, events, objectives, ...rest } = options;
  return new Detector(rest).doctorSync(desired, actual, { reference, at, events, objectives });
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
  const found = guarded(() => native.preview(given, nativesOf(reports)));
  return camelCase(parse(found) as Json) as unknown as Preview;
}
