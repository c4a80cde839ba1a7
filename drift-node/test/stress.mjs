// Works round after round, and prints how much memory is in use at the most: in the first half of the rounds, when
// the allocators take what they keep for themselves, and in the second.
import { setImmediate } from "node:timers/promises";
import { Detector, detect, detectSync, Report, Snapshot } from "drift-node";

const AT = "2026-01-01T00:00:00Z";
const [kind, rounds] = [process.argv[2], Number(process.argv[3])];
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

/** The most that is in use over as many rounds; what is done with is let go of now and then. */
async function most() {
  let most = 0;
  for (let round = 0; round < rounds; round += 1) {
    await work[kind]();
    if (round % 50 === 49) {
      globalThis.gc();
      await setImmediate();
      most = Math.max(most, process.memoryUsage().rss);
    }
  }
  return most;
}

console.log(JSON.stringify({ kind, rounds, first: await most(), second: await most() }));
