// Quickstart: manifests in Git against what the cluster answers.
//
// `live.json` is what `kubectl get deploy,rs,po,hpa,svc,secret,cm,validatingwebhookconfigurations
// -o json` prints: full of what the API server adds. With `--json` the report comes as JSON.
import { detect, Snapshot } from "drift-node";

const here = (name) => new URL(name, import.meta.url);

const report = await detect(
  here("manifests"),
  await Snapshot.parseAsync(here("live.json"), { name: "live.json" }),
  { rules: here("rules.yaml"), at: "2026-02-12T08:00:00Z" },
);
process.stdout.write(process.argv.includes("--json") ? report.toJson() : report.toText());
