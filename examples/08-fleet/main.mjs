// What should be alike: three clusters of a fleet, a canary beside its baseline, flags of three environments.
//
// With `--json` the three comparisons come as JSON, one a line.
import { Detector, Snapshot } from "drift-node";

const here = (name) => new URL(name, import.meta.url);
const detector = new Detector();
const at = "2026-03-02T09:00:00Z";

/** Snapshots by their names. */
async function all(names, file, options) {
  const read = names.map(async (name) => [
    name,
    await Snapshot.parseAsync(here(file(name)), options(name)),
  ]);
  return Object.fromEntries(await Promise.all(read));
}

const fleet = await all(
  ["blue", "green", "red"],
  (name) => `clusters/${name}.yaml`,
  (name) => ({ scope: { cluster: name } }),
);
const clusters = await detector.compareMany(fleet, {
  substitutions: {
    blue: { cluster: "blue", region: "us-east-1" },
    green: { cluster: "green", region: "eu-west-1" },
    red: { cluster: "red", region: "ap-south-1" },
  },
  at,
});

const tracks = await all(
  ["canary", "stable"],
  (name) => `release/${name}.yaml`,
  () => ({}),
);
const release = await detector.compareMany(tracks, {
  baseline: "stable",
  substitutions: { stable: { track: "stable" }, canary: { track: "canary" } },
  allow: [
    {
      path: "$..image",
      reason: "the release under test",
      owner: "team-search",
      expires: "2026-03-09",
    },
    { path: "/spec/replicas", reason: "a canary is small" },
  ],
  at,
});

const mapping = {
  items: "$.flags[*]",
  type: { const: "flag" },
  id: ["$.key"],
  attributes: "$",
};
const environments = await all(
  ["dev", "prod", "staging"],
  (name) => `flags/${name}.json`,
  (name) => ({ mapping, scope: { environment: name } }),
);
const flags = await detector.compareMany(environments, {
  allow: [
    { type: "flag", path: "/rollout/percent", reason: "rolled out step by step" },
    { type: "flag", id: "beta-*", snapshots: ["dev"], reason: "developers try it" },
  ],
  at,
});

const asJson = process.argv.includes("--json");
const texts = [clusters, release, flags].map((one) => (asJson ? one.toJson() : one.toText()));
process.stdout.write(texts.join("\n"));
