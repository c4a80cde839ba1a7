"""Quickstart: manifests in Git against what the cluster answers.

``live.json`` is what ``kubectl get deploy,rs,po,hpa,svc,secret,cm,validatingwebhookconfigurations
-o json`` prints: full of what the API server adds. With ``--json`` the report comes as JSON.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent

report = drift.detect(
    HERE / "manifests",
    drift.Snapshot.parse(HERE / "live.json", name="live.json"),
    rules=HERE / "rules.yaml",
    at="2026-02-12T08:00:00Z",
)
print(report.to_json() if "--json" in sys.argv else report, end="")
