"""What should be alike: three clusters of a fleet, a canary beside its baseline, and flags of three
environments. With ``--json`` the three comparisons come as JSON, one a line.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent
detector = drift.Detector()


def compare(snapshots, **options):
    """Hold snapshots against each other."""
    return detector.compare_many(snapshots, at="2026-03-02T09:00:00Z", **options)


clusters = compare(
    {
        name: drift.Snapshot.parse(HERE / f"clusters/{name}.yaml", scope={"cluster": name})
        for name in ("blue", "green", "red")
    },
    substitutions={
        "blue": {"cluster": "blue", "region": "us-east-1"},
        "green": {"cluster": "green", "region": "eu-west-1"},
        "red": {"cluster": "red", "region": "ap-south-1"},
    },
)

release = compare(
    {name: HERE / f"release/{name}.yaml" for name in ("canary", "stable")},
    baseline="stable",
    substitutions={"stable": {"track": "stable"}, "canary": {"track": "canary"}},
    allow=[
        {
            "path": "$..image",
            "reason": "the release under test",
            "owner": "team-search",
            "expires": "2026-03-09",
        },
        {"path": "/spec/replicas", "reason": "a canary is small"},
    ],
)

FLAGS = {"items": "$.flags[*]", "type": {"const": "flag"}, "id": ["$.key"], "attributes": "$"}
flags = compare(
    {
        name: drift.Snapshot.parse(
            HERE / f"flags/{name}.json", mapping=FLAGS, scope={"environment": name}
        )
        for name in ("dev", "prod", "staging")
    },
    allow=[
        {"type": "flag", "path": "/rollout/percent", "reason": "rolled out step by step"},
        {
            "type": "flag",
            "id": "beta-*",
            "snapshots": ["dev"],
            "reason": "developers try it",
        },
    ],
)

found = [clusters, release, flags]
texts = [one.to_json() if "--json" in sys.argv else one.to_text() for one in found]
print("\n".join(texts), end="")
