// What the declarations promise to a program in TypeScript; checked by tsc, never run.
import { Readable } from "node:stream";
import {
  type Acceptance,
  type Change,
  concurrency,
  type DetectOptions,
  Detector,
  DiffView,
  DriftError,
  detect,
  detectSync,
  doctor,
  type ErrorCode,
  type Finding,
  type FindingPage,
  finish,
  type Json,
  type Partial,
  Report,
  type Resource,
  type RuleLayer,
  Rules,
  Snapshot,
  SnapshotBuilder,
  type Verdict,
} from "drift-node";

const desired: Snapshot = Snapshot.parse(new Uint8Array(), {
  format: "terraform_state",
  covers: [{ provider: "aws", scope: { region: "eu-west-1" } }],
  gaps: [{ reason: "denied" }],
  limits: { maxDepth: 64 },
  parameters: { Stage: "prod", Zones: ["a", "b"] },
  stackResources: { StackResourceSummaries: [] },
  takenAt: new Date(),
});
const actual: Promise<Snapshot> = Snapshot.parseAsync(new URL("file:///live.json"), {
  signal: AbortSignal.timeout(1000),
  transfer: true,
});
const resources: Resource[] = desired.resources;
const acceptance: Acceptance = { fingerprint: "", digest: "", by: "", reason: "", expires: null };
const options: DetectOptions = { at: new Date(), detail: "full", reference: desired };
const detector = new Detector({
  rules: [Rules.parse("[]"), "[]"],
  packs: [],
  acceptances: [acceptance],
});
const report: Report = await detector.detect(desired, await actual, options);
const same: Report = detectSync({ resources: [] }, [{ type: "t" }], {
  rules: { version: 1, rules: [] },
});
const other: Report = await detect("[]", Buffer.from("[]"), { signal: AbortSignal.timeout(1) });
const verdict: Verdict = report.verdict;
const findings: readonly Finding[] = report.findings;
const changes: readonly Change[] = findings.flatMap((finding) => finding.changes);
const value: Json | undefined = changes[0]?.desired;
const parts: Partial[] = detector.partialsSync(desired, desired, 2);
const whole: Report = finish(parts, new Date());
const page: FindingPage = report.query({ severity: ">=high", status: ["missing"], limit: 10 });
const pages: number[] = [...report.pages({ owner: "" })].map((one) => one.total);
const view: DiffView = await report.diffView(findings[0]?.fingerprint ?? "", { context: 1 });
const started: number | undefined = view.actual?.lines.get("/spec");
const shared: Detector = Detector.deserialize(detector.serialize());
const busy: number = concurrency({ running: 2 }).waiting;
const read: Snapshot = await shared.read(Buffer.from("[]"), { transfer: true, at: new Date() });
const text: string = whole.toJson() + Report.fromJson("{}").toText({ color: true });
const live: Snapshot = new SnapshotBuilder("aws").add("t", 1, {}).incomplete("t", "denied").build();
const code: ErrorCode = new DriftError({ code: "DRIFT_PARSE", message: "" }).code;
const layer: RuleLayer | undefined = report.ruleUsage[0]?.layer;
const worst: number = report.summary.severity.critical ?? 0;
const keyless: boolean = changes[0]?.digestAbsent === "no_key";
const since: string | null | undefined = changes[0]?.attribution?.occurred?.notBefore;

interface Deployment {
  kind: string;
  spec: { replicas: number };
}
declare const deployment: Deployment;
declare const deployments: AsyncIterable<Deployment>;
class Own {
  size = 1;
}
const stream = () => Readable.from(["[]"]);
detectSync(deployment, [new Own()], { reference: new Own() });
new SnapshotBuilder().add("t", 1, deployment);
await Snapshot.parseAsync(deployments);
await detect(deployment, stream(), { reference: stream(), events: stream() });
await detector.partials("", "", 1, { reference: stream(), events: [stream(), "[]"] });
await detector.explain("", "", "", "", { reference: stream() });
await detector.baseline("", { desired: stream() });
await doctor(stream(), null, { reference: stream(), events: [stream()] });

// @ts-expect-error: a number is no document
Snapshot.parse(7);
// @ts-expect-error: what a map holds is in none of its fields
Snapshot.parse(new Map());
// @ts-expect-error: a date is no document
Snapshot.parse(new Date());
// @ts-expect-error: a function is no document
Snapshot.parse(() => 1);
// @ts-expect-error: a promise is awaited first
Snapshot.parse(Promise.resolve({}));
// @ts-expect-error: a snapshot has been read already
Snapshot.parse(desired);
// @ts-expect-error: a stream is read off the event loop
Snapshot.parse(stream());
// @ts-expect-error: as is one that is a reference
detectSync("", "", { reference: stream() });
// @ts-expect-error: and one of events
detectSync("", "", { events: stream() });
// @ts-expect-error: there is no such format
Snapshot.parse("", { format: "excel" });
// @ts-expect-error: there is no such option
Snapshot.parse("", { colour: true });
// @ts-expect-error: a parsed document is read, not written
report.verdict = "in_sync";
// @ts-expect-error: a snapshot comes from `parse` or a builder
new Snapshot();
// @ts-expect-error: there is no such reason
new SnapshotBuilder().incomplete("t", "tired");
// @ts-expect-error: what is internal is not declared
desired.native;
// @ts-expect-error: there is no such code
new DriftError({ code: "DRIFT_TIRED", message: "" });
// @ts-expect-error: no rule comes from there
report.ruleUsage[0]?.layer === "users";
// @ts-expect-error: nothing is that bad
report.summary.severity.worst;

// @ts-expect-error: there is no such severity
report.query({ severity: ">=worst" });
// @ts-expect-error: no finding is in sync
report.query({ status: "in_sync" });
// @ts-expect-error: a view comes from a report
new DiffView("{}");

export {
  busy,
  code,
  keyless,
  layer,
  since,
  worst,
  live,
  page,
  pages,
  read,
  started,
  other,
  resources,
  same,
  text,
  value,
  verdict,
};
