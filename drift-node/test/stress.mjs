// Works round after round, and prints how much memory is left in use: after the first rounds, when the
// allocators have what they keep for themselves, and after all.
import { setImmediate } from "node:timers/promises";
import { Detector, detect, detectSync, Report, Snapshot } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const [kind, rounds, warm] = [process.argv[2], Number(process.argv[3]), 200];
const side = (size) =>
  JSON.stringify(
    Array.from({ length: 20 }, (_, n) => ({
      type: "queue",
      id: `q${n}`,
      attributes: { size, text: "x".repeat(10_000) },
    })),
  );
const [desired, actual] = [Buffer.from(side(1)), Buffer.from(side(2))];
const detector = new Detector();

const work = {
  async buffers() {
    const report = await detector.detect(desired, actual, { at: AT });
    if (report.findings.length !== 20) throw new Error("20 differ");
  },
  async transferred() {
    const own = () => new Uint8Array(desired);
    await detector.detect(own(), own(), { at: AT, transfer: true });
  },
  async objects() {
    const report = await detect(JSON.parse(side(1)), JSON.parse(side(2)), { at: AT });
    Report.fromJson(report.toJson()).query({ limit: 5 });
    await report.diffView(report.findings[0].fingerprint);
    await report.explain("q0", "size");
  },
  async waited() {
    detectSync(desired, actual, { at: AT }).toText();
    // Node lets go of what is done with when the event loop has its turn.
    await setImmediate();
  },
  async errors() {
    for (const text of ["{", '[{"type": "t"}]']) {
      await Snapshot.parseAsync(text).catch(() => {});
      try {
        Snapshot.parse(text);
      } catch {}
    }
    await setImmediate();
  },
  async aborted() {
    const controller = new AbortController();
    const call = detector.detect(desired, actual, { at: AT, signal: controller.signal });
    setImmediate().then(() => controller.abort());
    await call.catch(() => {});
  },
};

async function used() {
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc();
    await setImmediate();
  }
  return process.memoryUsage().rss;
}

let [start, most] = [0, 0];
for (let round = 0; round < warm + rounds; round += 1) {
  if (round === warm) start = await used();
  await work[kind]();
  if (round % 100 === 0) most = Math.max(most, process.memoryUsage().rss);
}
console.log(JSON.stringify({ kind, rounds, start, end: await used(), most }));
